import { diag } from '@opentelemetry/api';
import { platform } from './platform.js';
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

/** The streams that a write of the toolkit waits for, each with the number of its writes. */
const writing = new WeakMap<WritableLike, number>();

/** The members of a stream that are used here. */
type WritableLike = Pick<NodeJS.WritableStream, 'write' | 'on' | 'removeListener'>;

/**
 * Writes a text to a stream of the application, such as stderr. A write to a pipe whose reader is gone fails with an
 * `error` event, which ends the process if nothing listens; so something listens until the write is over, and only then.
 * Never throws.
 */
export function writeSafely(stream: WritableLike, text: string): void {
	try {
		const pending = writing.get(stream) ?? 0;
		writing.set(stream, pending + 1);
		if (pending === 0) stream.on('error', ignoreError);
		// The event follows the callback, in the same turn of the event loop.
		stream.write(text, () => platform.setImmediate(() => endWriting(stream)).unref());
	} catch {
		// A closed stderr must not fail the application.
		endWriting(stream);
	}
}

/** Stops listening to a stream if no write of the toolkit waits for it. */
function endWriting(stream: WritableLike): void {
	const pending = (writing.get(stream) ?? 1) - 1;
	writing.set(stream, pending);
	if (pending === 0) stream.removeListener('error', ignoreError);
}

function ignoreError(): void {}
