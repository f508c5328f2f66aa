import type { StreamTiming } from './stream-timing.js';

/**
 * What the engine wants to know about the result of one invocation. Settling calls it; an invocation is one.
 *
 * Only the first of `done`, `failed`, `cancelled` and `abandoned` counts; whatever follows is ignored. None of them
 * throws.
 */
export interface Settlement {
	/** Runs `fn` inside the invocation's own context: where a generator's body or a lazy query does its work. */
	run<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R;
	/** True where an advice wants to see each item of a stream; where false, items need not be looked for. */
	readonly wantsItems: boolean;
	/** One item of a stream went to its consumer. */
	item(value: unknown): void;
	/**
	 * Begins to measure a stream, or one more consumption of it; undefined where nobody wants that. A settlement that
	 * measures nothing leaves it out.
	 */
	pace?(): StreamTiming | undefined;
	/**
	 * The result is whole.
	 *
	 * @param value - the settled value: what a promise gave, what a generator returned; undefined for other streams
	 * @param kind - for a stream, the name of its kind (`AsyncGenerator`, `ReadableStream`), else left out
	 */
	done(value: unknown, kind?: string): void;
	/** It failed: the very error that the application sees. */
	failed(error: unknown): void;
	/** The consumer left early (`break`, `return()`, `cancel()`, `unsubscribe()`), without an error. */
	cancelled(kind?: string): void;
	/**
	 * Nobody will ever consume it (further): it was collected, or telemetry shuts down. Ends with the last known time.
	 *
	 * @param heldAt - when the result was handed out, on the clock of `performance.now()`
	 */
	abandoned(heldAt: number): void;
	/** True once it ended. */
	readonly ended: boolean;
	/** The `watch` option: the member of a many-sided result to follow. */
	readonly watch: string | undefined;
}

/** Watches one kind of result. Registered ones are asked before the toolkit's own, the newest first. */
export interface Settler {
	/** For messages. */
	readonly name: string;
	/**
	 * True if this settler knows such a value. What it throws counts as false. It may look at the value's type and
	 * prototype, but should not read members that do work when read.
	 */
	accepts(value: object): boolean;
	/** Watches the value, tells the settlement, and answers what the caller of the method gets: as a rule the same object. */
	settle(value: object, settlement: Settlement): unknown;
}
