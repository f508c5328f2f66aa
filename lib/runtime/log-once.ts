import { diag } from '@opentelemetry/api';
import { scopedState } from './scoped-state.js';

/** How often each problem occurred, by its key. */
const state = scopedState('runtime/log-once', () => ({ counts: new Map<string, number>() }));

/**
 * The number of distinct keys; further ones are counted together as `_OTHER`, so that the map cannot grow without
 * limit.
 */
const MAX_DISTINCT = 500;

/**
 * Logs a problem of the toolkit as a warning of OpenTelemetry's `diag` logger the first time it occurs, and counts it
 * each time. Never throws: telemetry does not fail the application.
 *
 * @param key - identifies the problem: two calls with the same key are two occurrences of one problem
 * @param message - one sentence: the thing, the rule, what it got, the way out
 * @param cause - an error whose message is appended after "Reason:"; `undefined` appends nothing
 */
export function warnOnce(key: string, message: string, cause?: unknown): void {
	try {
		const { counts } = state;
		const name = counts.size < MAX_DISTINCT || counts.has(key) ? key : '_OTHER';
		const times = counts.get(name) ?? 0;
		counts.set(name, times + 1);
		if (times === 0) diag.warn(`agentese-otel: ${message}${reasonOf(cause)}`);
	} catch {
		// A diag logger that throws must not reach the application.
	}
}

/**
 * Logs once that a part of the toolkit failed where an error would reach the application. Never throws.
 *
 * @param what - the part, as the beginning of a sentence
 */
export function warnFault(what: string, cause: unknown): void {
	warnOnce(`fault: ${what}`, `${what} failed, which was kept from the application.`, cause);
}

/** Returns how often each problem occurred, by its key: the `problems` of `stats()`. */
export function problemCounts(): ReadonlyMap<string, number> {
	return state.counts;
}

/** Returns the end of the message that names the cause; empty if there is none. Never throws. */
function reasonOf(cause: unknown): string {
	if (cause === undefined) return '';
	try {
		return ` Reason: ${cause instanceof Error ? cause.message : String(cause)}`;
	} catch {
		return ' Reason: an error that cannot be read.';
	}
}
