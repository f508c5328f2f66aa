import { OTHER } from '../instruments/labels.js';
import type { JoinPointFacts } from '../invocation/advice.js';
import { newEpoch } from '../runtime/epoch.js';
import { processState } from '../runtime/process-state.js';
import { matchSegments } from './glob.js';
import { faultOfRule, type Rule } from './rule.js';

/** What all rules together say of one join point. */
export type Verdict = Readonly<Pick<Rule, 'enabled' | 'name' | 'rate'>>;

/** A rule that holds, and whether it matched anything yet. */
export interface Held {
	readonly rule: Rule;
	readonly pattern: readonly string[];
	matched: boolean;
	said: boolean;
}

/** Blocks have a join point at each call: so many verdicts are kept, so that a block is matched once and no more. */
const MAX_VERDICTS = 1000;

const NONE: Verdict = Object.freeze({});

interface Rules {
	readonly held: readonly Held[];
	readonly verdicts: Map<string, Verdict>;
}

const state = processState('rules/rules', () => ({ now: { held: [], verdicts: new Map() } as Rules }));

/**
 * Sets the rules of the whole process, in place of those that hold. They take effect at the next call of each method.
 *
 * @returns puts the former ones back
 * @throws TypeError with a sentence on the first rule that is none
 */
export function configureRules(rules: readonly Rule[]): () => void {
	for (const rule of rules) {
		const fault = faultOfRule(rule);
		if (fault !== undefined) throw new TypeError(fault);
	}
	const former = state.now;
	const held = rules.map((rule) => ({ rule, pattern: rule.match.split('.'), matched: false, said: false }));
	state.now = { held, verdicts: new Map() };
	newEpoch();
	return () => {
		state.now = former;
		newEpoch();
	};
}

/** The rules that hold, in the order in which they were said. */
export function heldRules(): readonly Held[] {
	return state.now.held;
}

/** What the rules say of a join point. Of several that match the later one wins, key by key. */
export function verdictOf(point: Pick<JoinPointFacts, 'template' | 'context' | 'holon' | 'aspect' | 'functionName'>) {
	const { held, verdicts } = state.now;
	if (held.length === 0) return NONE;
	const path = pathOf(point);
	const key = `${path ?? ''} ${point.functionName}`;
	const known = verdicts.get(key);
	if (known !== undefined) return known;
	const verdict = judge(held, [path, point.functionName]);
	if (verdicts.size < MAX_VERDICTS) verdicts.set(key, verdict);
	return verdict;
}

function judge(held: readonly Held[], names: readonly (string | undefined)[]): Verdict {
	const subjects = names.flatMap((name) => (name === undefined || name === '' ? [] : [name.split('.')]));
	const verdict: { -readonly [K in keyof Verdict]: Verdict[K] } = {};
	for (const one of held) {
		if (!subjects.some((subject) => matchSegments(one.pattern, subject))) continue;
		one.matched = true;
		const { enabled, name, rate } = one.rule;
		if (enabled !== undefined) verdict.enabled = enabled;
		if (name !== undefined) verdict.name = name;
		if (rate !== undefined) verdict.rate = rate;
	}
	return Object.freeze(verdict);
}

/** A path that nothing answers is matched as it was written, so that what switches a context off silences all of it. */
function pathOf({ template, context, holon, aspect }: Omit<JoinPointFacts, 'functionName'>): string | undefined {
	if (template !== OTHER || context === undefined) return template;
	return [context, holon, aspect].filter((part) => part !== undefined && part !== '').join('.');
}
