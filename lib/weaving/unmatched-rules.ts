import { nearest } from '../agentese/errors/nearest.js';
import { contexts } from '../agentese/paths/grammar.js';
import { declaredOwners } from '../rules/declared.js';
import type { Rule } from '../rules/rule.js';
import { heldRules, verdictOf } from '../rules/rules.js';
import { warnOnce } from '../runtime/log-once.js';
import { declaredOn } from './declarations.js';
import { functionName } from './join-point.js';
import { chainOf } from './prototype-chain.js';
import { pathTextOf } from './resolver-of.js';

/**
 * The rules that have matched nothing: nothing that was called since they hold, and nothing that is declared at this
 * moment. A class that is loaded later may still match one, so to ask at the very start tells little.
 */
export function unmatchedRules(): readonly Rule[] {
	if (heldRules().every(({ matched }) => matched)) return [];
	declaredNames();
	return heldRules().flatMap(({ rule, matched }) => (matched ? [] : [rule]));
}

/** Says of each rule that has matched nothing that it did, once, with the nearest pattern that would match something. */
export function warnUnmatchedRules(): void {
	if (unmatchedRules().length === 0) return;
	const names = declaredNames();
	for (const held of heldRules()) {
		if (held.matched || held.said) continue;
		held.said = true;
		const near = nearestPattern(held.pattern, names);
		warnOnce(
			`rules/unmatched/${held.rule.match}`,
			`the rule for "${held.rule.match}" has matched nothing that was declared or called so far. Rules match the ` +
				'template of a path, where an entity is "*", and Class.method.' +
				(near === undefined ? '' : ` Did you mean "${near}"?`),
		);
	}
}

/** The paths and function names of all that is declared; each is shown to the rules, which learn what they match. */
function declaredNames(): string[] {
	const names = new Set<string>();
	for (const owner of declaredOwners()) {
		for (const side of sidesOf(owner)) {
			for (const member of chainOf(side).flatMap(declaredOn)) {
				if (member.isStatic !== (typeof side === 'function')) continue;
				const template = pathTextOf(member, side);
				const called = functionName(member, side);
				verdictOf({ template, context: undefined, holon: undefined, aspect: undefined, functionName: called });
				if (template !== undefined) names.add(template);
				names.add(called);
			}
		}
	}
	return [...names];
}

/** A class answers with its instances and with itself. */
function sidesOf(owner: object): object[] {
	const { prototype } = typeof owner === 'function' ? (owner as { prototype?: object }) : {};
	return typeof prototype === 'object' && prototype !== null ? [prototype, owner] : [owner];
}

/** Mends what stands before the first star, by what the names begin with; undefined where nothing is near. */
function nearestPattern(pattern: readonly string[], names: readonly string[]): string | undefined {
	const star = pattern.findIndex((part) => part.startsWith('*'));
	const count = star === -1 ? pattern.length : star;
	if (count === 0) return undefined;
	const beginnings = new Set(names.map((name) => name.split('.').slice(0, count).join('.')));
	if (count === 1) for (const context of contexts) beginnings.add(context);
	const said = pattern.slice(0, count).join('.');
	const [near] = nearest(said, beginnings, 1);
	return near === undefined || near === said ? undefined : [near, ...pattern.slice(count)].join('.');
}
