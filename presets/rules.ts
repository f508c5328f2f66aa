import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Rule } from '../lib/rules/rule.js';
import { configureRules } from '../lib/rules/rules.js';
import { sayUnmatchedRules } from '../lib/rules/unmatched.js';
import { whenProcessEnds } from './ending.js';

/** Most of what an application has is loaded and was called by then. */
const SETTLED_MS = 60_000;

/**
 * Makes the rules of a config hold, and says once which of them matched nothing: after the first minute, or when
 * telemetry or the process ends before that. Not at the start, for classes are loaded after it (`--import` starts
 * telemetry before any).
 *
 * @returns takes the rules out again
 * @throws TypeError for a rule that is none
 */
export function startRules(rules: readonly Rule[]): () => void {
	if (rules.length === 0) return () => undefined;
	const restore = configureRules(rules);
	// The timer would else hold whatever invocation telemetry is started in.
	const timer = context.with(ROOT_CONTEXT, () => setTimeout(sayUnmatchedRules, SETTLED_MS));
	timer.unref();
	const forget = whenProcessEnds((end) => {
		if (end === 'last') sayUnmatchedRules();
	});
	return () => {
		clearTimeout(timer);
		forget();
		sayUnmatchedRules();
		restore();
	};
}
