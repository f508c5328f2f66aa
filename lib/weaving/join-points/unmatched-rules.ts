import { nearest } from '../../agentese/errors/nearest.js';
import { contexts } from '../../agentese/paths/grammar.js';
import type { Rule } from '../../rules/rule.js';
import { activeRules, mergedRuleOf } from '../../rules/rules.js';
import { warnOnce } from '../../runtime/log-once.js';
import { declaredMembers } from './declared-members.js';
import { functionName } from './join-point.js';
import { pathTextOf } from './resolver-of.js';

/**
 * Returns the active rules that match nothing that has been called since they were set, and nothing that is declared
 * now. A class that is loaded later may still match one, so the result means little right after the start.
 */
export function unmatchedRules(): readonly Rule[] {
	if (activeRules().every(({ matched }) => matched)) return [];
	matchDeclaredNames();
	return activeRules().flatMap(({ rule, matched }) => (matched ? [] : [rule]));
}

/** Logs each unmatched rule, once per rule, with the nearest pattern that would match something. */
export function warnUnmatchedRules(): void {
	if (unmatchedRules().length === 0) return;
	const names = matchDeclaredNames();
	for (const active of activeRules()) {
		if (active.matched || active.warned) continue;
		active.warned = true;
		const near = nearestPattern(active.pattern, names);
		warnOnce(
			`rules/unmatched/${active.rule.match}`,
			`the rule for "${active.rule.match}" has matched nothing that was declared or called so far. Rules match the ` +
				'template of a path, where an entity is "*", and Class.method.' +
				(near === undefined ? '' : ` Did you mean "${near}"?`),
		);
	}
}

/** Returns the paths and function names of all declared members, and marks the rules that match them. */
function matchDeclaredNames(): string[] {
	const names = new Set<string>();
	for (const { member, side } of declaredMembers()) {
		const template = pathTextOf(member, side);
		const called = functionName(member, side);
		// Called for its effect: it marks the rules that match.
		mergedRuleOf({ template, context: undefined, holon: undefined, aspect: undefined, functionName: called });
		if (template !== undefined) names.add(template);
		names.add(called);
	}
	return [...names];
}

/**
 * Returns the pattern with its segments before the first star replaced by the nearest beginning of a declared name;
 * undefined if none is near.
 */
function nearestPattern(pattern: readonly string[], names: readonly string[]): string | undefined {
	// Segments after a star cannot be compared with names, because a star may stand for any number of segments.
	const star = pattern.findIndex((part) => part.startsWith('*'));
	const count = star === -1 ? pattern.length : star;
	if (count === 0) return undefined;
	const beginnings = new Set(names.map((name) => name.split('.').slice(0, count).join('.')));
	// A rule for a whole context (`wrold.**`) should be corrected even if no path of that context is declared.
	if (count === 1) for (const context of contexts) beginnings.add(context);
	const beginning = pattern.slice(0, count).join('.');
	const [near] = nearest(beginning, beginnings, 1);
	return near === undefined || near === beginning ? undefined : [near, ...pattern.slice(count)].join('.');
}
