import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { readProperty } from '../runtime/read-property.js';
import type { OutcomeKind } from './advice.js';

/** Returns the outcome of an invocation that failed with an error; undefined for an error that it does not know. */
export type ErrorOutcome = (error: unknown) => OutcomeKind | undefined;

/** The registered functions, the newest first. The list is replaced, never changed. */
const registered = processState('invocation/error-outcomes', () => ({ list: [] as readonly ErrorOutcome[] }));

/**
 * Registers a function that determines the outcome of invocations that throw or reject: for errors of a library that
 * report no failure, such as a cancellation, a redirect or a pause. It is called after the options `expected` and
 * `refused`, and before the toolkit's own list. If it throws, that is logged once, and the error is not known to it.
 *
 * @returns a function that removes it again
 * @throws TypeError if the argument is no function
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 * import { registerErrorOutcome } from 'agentese-otel/extend';
 * import { testTelemetry } from 'agentese-otel/testing';
 *
 * class JobCancelled extends Error {}
 * const unregister = registerErrorOutcome((error) => (error instanceof JobCancelled ? 'cancelled' : undefined));
 * await using t = await testTelemetry();
 * const work = traced(() => { throw new JobCancelled(); }, { path: 'self.queue.work' });
 * work(); // throws Error
 * t.invocation('self.queue.work').outcome; // => 'cancelled'
 * unregister();
 * ```
 */
export function registerErrorOutcome(outcomeOf: ErrorOutcome): () => void {
	if (typeof outcomeOf !== 'function') {
		throw new TypeError(
			`registerErrorOutcome() accepts a function; it got ${outcomeOf === null ? 'null' : typeof outcomeOf}. ` +
				"Pass one that returns an outcome, such as 'cancelled', or undefined.",
		);
	}
	// A wrapper of its own, so that a function that was registered twice is removed once.
	const entry: ErrorOutcome = (error) => outcomeOf(error);
	registered.list = [entry, ...registered.list];
	return () => {
		registered.list = registered.list.filter((other) => other !== entry);
	};
}

/** The outcomes that a registered function may return. */
const OUTCOMES: ReadonlySet<unknown> = new Set<OutcomeKind>([
	'ok',
	'error',
	'refused',
	'cancelled',
	'suspended',
	'unknown',
]);

/** Returns what the registered functions, then the toolkit's list of control flow, know of an error. Never throws. */
export function knownOutcome(error: unknown): OutcomeKind | undefined {
	for (const outcomeOf of registered.list) {
		try {
			const outcome = outcomeOf(error);
			if (outcome !== undefined && OUTCOMES.has(outcome)) return outcome;
		} catch (cause) {
			warnOnce('error-outcome', 'a function given to registerErrorOutcome threw, which counts as undefined.', cause);
		}
	}
	return controlFlow(error);
}

/**
 * What frameworks throw to leave a function, which is no failure:
 *
 * - Next.js: errors with a `digest` of redirects, not-found pages and rendering that moves elsewhere
 * - Remix, React Router, TanStack: a thrown `Response` with a status below 500
 * - SvelteKit: `Redirect`
 * - React: a thrown promise, which suspends a component
 * - LangGraph: `interrupt()`, and a command for the parent graph
 * - Temporal: `ContinueAsNew`
 */
function controlFlow(error: unknown): OutcomeKind | undefined {
	if (typeof error !== 'object' || error === null) return undefined;
	const digest = readProperty(error, 'digest');
	if (typeof digest === 'string' && NEXT_DIGEST.test(digest)) return 'ok';
	const status = readProperty(error, 'status');
	const className = readProperty(readProperty(error, 'constructor'), 'name');
	if (typeof status === 'number') {
		if (status < 500 && (error instanceof Response || className === 'Response')) return 'ok';
		if (className === 'Redirect' && typeof readProperty(error, 'location') === 'string') return 'ok';
	}
	const name = readProperty(error, 'name');
	if (typeof name === 'string' && SUSPENDING.has(name)) return 'suspended';
	if (typeof name === 'string' && LEAVING.has(name)) return 'ok';
	return typeof readProperty(error, 'then') === 'function' ? 'suspended' : undefined;
}

const NEXT_DIGEST = /^(?:NEXT_|DYNAMIC_SERVER_USAGE|BAILOUT_TO_CLIENT_SIDE_RENDERING|HANGING_PROMISE_REJECTION)/;
const SUSPENDING: ReadonlySet<string> = new Set(['GraphInterrupt', 'NodeInterrupt']);
const LEAVING: ReadonlySet<string> = new Set(['ParentCommand', 'ContinueAsNew']);
