import type { StreamTiming } from './stream-timing.js';

/**
 * Receives what happens to the result of one invocation, until the result ends. The code that follows a result calls
 * it; each running invocation implements it.
 *
 * Only the first call of `done`, `failed`, `cancelled` or `abandoned` has an effect; later calls are ignored. None of
 * the methods but `run` throws.
 */
export interface Settlement {
	/**
	 * Calls `fn` in the invocation's context. The body of a generator and the work of a lazy query run this way. Returns
	 * what it returns, and throws what it throws.
	 */
	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R;
	/** True if an advice wants to see each item of a stream; if false, `item` need not be called. */
	readonly wantsItems: boolean;
	/** Reports that one item of a stream reached its consumer. */
	item(value: unknown): void;
	/**
	 * Begins to measure a stream, or one more consumption of it. Returns undefined if the stream is not to be measured. A
	 * settlement that measures nothing omits it.
	 */
	pace?(): StreamTiming | undefined;
	/**
	 * Ends the result: it is complete.
	 *
	 * @param value - the settled value: the value of a promise, the return value of a generator; undefined for other
	 *   streams
	 * @param kind - the kind of a stream (`AsyncGenerator`, `ReadableStream`); omitted if the result is no stream. @default the
	 *   result is no stream
	 */
	done(value: unknown, kind?: string): void;
	/** Ends the result: it failed. `error` is the very error that the application receives. */
	failed(error: unknown): void;
	/**
	 * Ends the result: its consumer stopped early (`break`, `return()`, `cancel()`, `unsubscribe()`), without an error.
	 *
	 * @param kind - the kind of a stream, as for `done`. @default the result is no stream
	 */
	cancelled(kind?: string): void;
	/**
	 * Ends the result: nobody will consume it (further), because it was garbage-collected or telemetry shuts down. The
	 * invocation then ends at the last time at which the result is known to have been used.
	 *
	 * @param heldAt - when the result was returned to its caller, in ms on the clock of `performance.now()`
	 */
	abandoned(heldAt: number): void;
	/** True once the result ended. */
	readonly ended: boolean;
	/**
	 * The `watch` option: the name of the member to follow, if the result is an object with several streams or promises.
	 */
	readonly watch: string | undefined;
}

/**
 * Follows one kind of result, which the toolkit does not know. Registered settlers are tried before the toolkit's own
 * rules, the newest first.
 */
export interface Settler {
	/** Identifies the settler in messages. */
	readonly name: string;
	/**
	 * Returns true if this settler follows such a value. If it throws, that counts as false. It may inspect the value's
	 * type and prototype, but must not read members that start work when they are read.
	 */
	accepts(value: object): boolean;
	/**
	 * Follows the value, and reports its end to the settlement. If it throws, the value counts as complete and is returned
	 * unchanged, and the error is logged once.
	 *
	 * @returns what the caller of the method receives: usually the same object
	 */
	settle(value: object, settlement: Settlement): unknown;
}
