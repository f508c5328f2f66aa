import { OTHER } from '../instruments/labels.js';
import type { JoinPointFacts } from '../invocation/advice.js';
import { beginEpoch } from '../runtime/epoch.js';
import { scopedState } from '../runtime/scoped-state.js';
import { matchSegments } from './glob.js';
import { faultOfRule, type Rule } from './rule.js';

/** The settings of all rules that match one join point, merged. */
export type MergedRule = Readonly<Pick<Rule, 'enabled' | 'name' | 'rate'>>;

/** A rule that is in effect. */
interface ActiveRule {
	readonly rule: Rule;
	/** The segments of its `match`. */
	readonly pattern: readonly string[];
	/** True once it has matched a join point. */
	matched: boolean;
	/** True once a warning was logged that it matches nothing. */
	warned: boolean;
}

/**
 * How many merged rules are cached. Manual invocations have a new join point at each call, so without a cache their
 * paths would be matched each time.
 */
const MAX_CACHED = 1000;

const NONE: MergedRule = Object.freeze({});

/** A set of rules with the results that were computed for it. */
interface Rules {
	readonly active: readonly ActiveRule[];
	/** The merged rules by path and function name. */
	readonly cache: Map<string, MergedRule>;
}

const state = scopedState('rules/rules', () => ({ current: { active: [], cache: new Map() } as Rules }));

/**
 * Replaces the rules of the whole process. The change takes effect at the next call of each method.
 *
 * @returns a function that restores the rules from before
 * @throws TypeError with a sentence on the first rule that is invalid; then nothing is changed
 */
export function configureRules(rules: readonly Rule[]): () => void {
	for (const rule of rules) {
		const fault = faultOfRule(rule);
		if (fault !== undefined) throw new TypeError(fault);
	}
	const former = state.current;
	const active = rules.map((rule) => ({ rule, pattern: rule.match.split('.'), matched: false, warned: false }));
	state.current = { active, cache: new Map() };
	beginEpoch();
	return () => {
		state.current = former;
		beginEpoch();
	};
}

/** Returns the rules in effect, in the order in which they were configured. */
export function activeRules(): readonly ActiveRule[] {
	return state.current.active;
}

/**
 * Returns the merged rules of a join point; an empty object if none matches. Of several that match the later one wins,
 * key by key.
 */
export function mergedRuleOf(
	point: Pick<JoinPointFacts, 'template' | 'context' | 'holon' | 'aspect' | 'functionName'>,
): MergedRule {
	const { active, cache } = state.current;
	if (active.length === 0) return NONE;
	const path = pathOf(point);
	const key = `${path ?? ''} ${point.functionName}`;
	const cached = cache.get(key);
	if (cached !== undefined) return cached;
	const merged = mergeMatching(active, [path, point.functionName]);
	if (cache.size < MAX_CACHED) cache.set(key, merged);
	return merged;
}

/** Merges the settings of all rules that match one of the names, and marks those rules as matched. */
function mergeMatching(rules: readonly ActiveRule[], names: readonly (string | undefined)[]): MergedRule {
	const subjects = names.flatMap((name) => (name === undefined || name === '' ? [] : [name.split('.')]));
	const merged: { -readonly [K in keyof MergedRule]: MergedRule[K] } = {};
	for (const active of rules) {
		if (!subjects.some((subject) => matchSegments(active.pattern, subject))) continue;
		active.matched = true;
		const { enabled, name, rate } = active.rule;
		if (enabled !== undefined) merged.enabled = enabled;
		if (name !== undefined) merged.name = name;
		if (rate !== undefined) merged.rate = rate;
	}
	return Object.freeze(merged);
}

/**
 * Returns the path that rules are matched against: the template, or the invoked path if no resolver answers it. So a
 * rule that switches a whole context off covers its unknown paths too.
 */
function pathOf({ template, context, holon, aspect }: Omit<JoinPointFacts, 'functionName'>): string | undefined {
	if (template !== OTHER || context === undefined) return template;
	return [context, holon, aspect].filter((part) => part !== undefined && part !== '').join('.');
}
