import { isErrored, isReadable, type Readable } from 'node:stream';
import types from 'node:util/types';
import { apply, getPrototypeOf } from '../../runtime/intrinsics.js';
import { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import { WatchedResult } from '../common/watched-result.js';
import { thenNatively } from '../promises/promises.js';
import { watchSteps } from './iterators.js';
import { canPipe, pipe } from './web-pipe.js';

/**
 * Watches a web `ReadableStream` by overriding every member that consumes it. The toolkit itself never locks, pulls or
 * cancels the stream; what a consumer pulls is pulled in the invocation's context. Each branch of `tee()` is a part.
 *
 * Two things cannot be watched: transfer and `structuredClone`, which read the stream internally; and the context in
 * which Node pulls after a pipe's destination applied backpressure, which is the one in which that destination became
 * ready.
 *
 * @returns false if the object cannot be watched (frozen)
 */
export function watchWebStream(stream: object, result: WatchedResult): boolean {
	const watcher = new WebStreamWatcher(result, inspect(stream, 'pipeTo'));
	const inherited = getPrototypeOf(stream) ?? stream;
	for (const key of CONSUMING_MEMBERS) {
		const original = inspect(stream, key);
		if (typeof original !== 'function') continue;
		// An iteration that an application defined on the stream (the AI SDK does) reads through getReader().
		if (key === Symbol.asyncIterator && original !== inspect(inherited, key)) continue;
		const override = watcher.overrideOf(key, original as AnyFunction);
		if (!overrideProperty(stream, key, override)) return false;
		if (key === 'getReader') result.overrode(key, override);
	}
	return true;
}

/** The members through which a stream is consumed. */
const CONSUMING_MEMBERS = [
	'getReader',
	'cancel',
	'tee',
	'pipeTo',
	'pipeThrough',
	'values',
	Symbol.asyncIterator,
] as const;
type Member = (typeof CONSUMING_MEMBERS)[number];

/** Creates the members that override those of one stream, and reports to its consumption. */
class WebStreamWatcher {
	/** True once a consumer cancelled the stream: its closing then does not count as a complete consumption. */
	#cancelling = false;

	constructor(
		readonly result: WatchedResult,
		/** The original `pipeTo` of the stream. */
		readonly pipeTo: unknown,
	) {}

	get consumption(): Consumption {
		return this.result.consumption;
	}

	/** Returns the function that overrides a member. Once the result ended, it calls the original. */
	overrideOf(key: Member, original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			[key](this: object, ...args: unknown[]): unknown {
				if (watcher.consumption.settlement.ended) return apply(original, this, args);
				return watcher.#consume(key, original, this, args);
			},
		}[key as string] as AnyFunction;
	}

	/** Calls a member, and watches what it returns. */
	#consume(key: Member, original: AnyFunction, self: object, args: unknown[]): unknown {
		if (key === 'cancel') return isLocked(self) ? apply(original, self, args) : this.#cancel(original, self, args);
		if (key === 'pipeTo') return this.#pipe(original, self, args);
		if (key === 'pipeThrough') return this.#pipeThrough(original, self, args);
		const returned = this.#run(original, self, args);
		if (key === 'getReader') this.#watchReader(returned as object);
		else if (key === 'tee') this.#watchBranches(returned as object[]);
		else
			watchSteps(
				returned,
				preventsCancel(args[0]) ? new PreventCancelConsumption(this.consumption) : this.consumption,
				true,
			);
		return returned;
	}

	/** Watches a reader: its reads, its cancellation and its release. */
	#watchReader(reader: object): void {
		const watcher = this;
		const state: ReaderState = { released: false, pendingReads: 0, closed: false };
		overrideMethod(reader, 'read', (read) => ({
			read(this: unknown, ...args: unknown[]): unknown {
				const { consumption } = watcher;
				if (!consumption.needsItems || consumption.settlement.ended) return watcher.#run(read, this, args);
				consumption.timer?.asked();
				const result = watcher.#run(read, this, args);
				if (!types.isPromise(result)) return result;
				// The end of the stream waits until the chunk of this read was reported.
				state.pendingReads++;
				return thenIfPromise(
					result,
					(step) => watcher.#readFulfilled(state, step),
					(error) => watcher.#readRejected(state, error),
				);
			},
		}));
		overrideMethod(reader, 'cancel', (cancel) => ({
			cancel(this: unknown, ...args: unknown[]): unknown {
				return state.released ? apply(cancel, this, args) : watcher.#cancel(cancel, this, args);
			},
		}));
		overrideMethod(reader, 'releaseLock', (releaseLock) => ({
			releaseLock(this: unknown): unknown {
				// Set before the call, which rejects `closed`; restored if the call throws.
				const before = state.released;
				state.released = true;
				try {
					return apply(releaseLock, this, []);
				} catch (error) {
					state.released = before;
					throw error;
				}
			},
		}));
		this.#watchClosed(reader, state);
	}

	/**
	 * Watches `closed` of a reader: fulfilled at the end of the stream, rejected if it fails, or if the reader is
	 * released.
	 */
	#watchClosed(reader: object, state: ReaderState): void {
		thenIfPromise(
			inspect(reader, 'closed'),
			() => {
				state.closed = true;
				this.#endIfClosed(state);
			},
			(error) => {
				if (!state.released) this.consumption.failed(error);
			},
		);
	}

	/**
	 * Ends the result once the stream is closed and no read is pending: a stream is closed before its last chunk is read.
	 */
	#endIfClosed(state: ReaderState): void {
		if (state.closed && state.pendingReads === 0 && !state.released && !this.#cancelling) this.consumption.done();
	}

	/** Reports the chunk of a read, or its end. */
	#readFulfilled(state: ReaderState, step: unknown): unknown {
		const { done, value } = step as ReadableStreamReadResult<unknown>;
		if (done) this.consumption.timer?.noChunk();
		else this.consumption.item(value);
		state.pendingReads--;
		this.#endIfClosed(state);
		return step;
	}

	/** A read failed. The error is reported through `closed`. */
	#readRejected(state: ReaderState, error: unknown): never {
		this.consumption.timer?.noChunk();
		state.pendingReads--;
		this.#endIfClosed(state);
		throw error;
	}

	#watchBranches(branches: object[]): void {
		for (const branch of branches) watchWebStream(branch, new WatchedResult(this.consumption.part()));
	}

	/** Cancels the stream. The result is cancelled once the source is; if the source fails to cancel, the result fails. */
	#cancel(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		this.#cancelling = true;
		const { consumption } = this;
		return thenIfPromise(
			this.#run(original, self, args),
			(value) => {
				consumption.cancelled();
				return value;
			},
			(error) => {
				consumption.failed(error);
				throw error;
			},
		);
	}

	/**
	 * Pipes the stream to a destination. If items are wanted, it is done with `pipe()` if possible, since Node's own
	 * `pipeTo` shows no chunk.
	 *
	 * A pipe that fails has failed at its source; or at its destination, and then the source is cancelled or left open. Of
	 * a stream that is not Node's own it is not known which: it counts as failed at its source.
	 */
	#pipe(original: AnyFunction, self: object, args: unknown[]): unknown {
		const { consumption } = this;
		if (isLocked(self) || !isFreeWritable(args[0])) return apply(original, self, args);
		if (consumption.needsItems) {
			const options = pipeOptions(args[1]);
			if (options !== undefined && canPipe(self, args[0], options)) {
				return pipe(self as ReadableStream, args[0] as WritableStream, options);
			}
			if (isReadable(self as Readable) !== false) consumption.timer?.markUnmeasurable();
			// The original receives the options that were read, so that no option is read twice.
			args[1] = options ?? args[1];
		}
		return thenIfPromise(
			this.#run(original, self, args),
			(value) => {
				consumption.done();
				return value;
			},
			(error) => {
				const open = isReadable(self as Readable);
				if (isErrored(self as Readable) || open === null) consumption.failed(error);
				else if (!open) consumption.cancelled();
				throw error;
			},
		);
	}

	/** Does what the standard defines: pipes to the writable of the pair. A failure is visible at its readable. */
	#pipeThrough(original: AnyFunction, self: object, [pair, options, ...more]: unknown[]): unknown {
		if (typeof pair !== 'object' || pair === null) return apply(original, self, [pair, options, ...more]);
		const { readable, writable } = pair as ReadableWritablePair;
		const isValid = !isLocked(self) && isFreeWritable(writable) && isReadableStream(readable) && isPipeOptions(options);
		if (!isValid) return apply(original, self, [{ readable, writable }, options, ...more]);
		const piped = this.#pipe(this.pipeTo as AnyFunction, self, [writable, options]);
		// Marks the promise of the pipe as handled, as the standard requires.
		thenIfPromise(piped, noop, noop);
		return readable;
	}

	/** Calls a member in the invocation's context; once the result ended, in that of the caller. */
	#run(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		const { settlement } = this.consumption;
		return settlement.ended ? apply(original, self, args) : settlement.run(original, self, args);
	}
}

/** The state of one watched reader. */
interface ReaderState {
	/** True once `releaseLock()` was called. */
	released: boolean;
	/** The number of its reads that are not settled. */
	pendingReads: number;
	/** True once the stream is closed. */
	closed: boolean;
}

/** The consumption of an iteration with `preventCancel`: leaving it does not cancel the result. */
class PreventCancelConsumption extends Consumption {
	/** Kept so that the consumption is not garbage-collected, and the result not abandoned, during the iteration. */
	readonly parent: Consumption;

	constructor(parent: Consumption) {
		super(parent.settlement, parent.kind, parent.timer);
		this.parent = parent;
	}

	override cancelled(): void {}
}

/**
 * Overrides a method, if the object has it. `create` receives the original, and returns an object with its override.
 */
function overrideMethod(
	target: object,
	key: string,
	create: (original: AnyFunction) => Record<string, AnyFunction>,
): void {
	const original = inspect(target, key);
	if (typeof original === 'function') overrideProperty(target, key, create(original as AnyFunction)[key]);
}

/** Returns the derived promise. What is no native promise (a thenable of a polyfill) is returned unchanged. */
function thenIfPromise(promise: unknown, fulfilled: AnyFunction, rejected: (error: unknown) => unknown): unknown {
	return types.isPromise(promise) ? thenNatively(promise, fulfilled, rejected) : promise;
}

function isLocked(stream: unknown): boolean {
	return inspect(stream as object, 'locked') === true;
}

/** Returns true for a writable stream that is not locked. */
function isFreeWritable(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return typeof inspect(value, 'getWriter') === 'function' && !isLocked(value);
}

/** Returns true for a readable stream, also of a polyfill. */
function isReadableStream(value: unknown): boolean {
	return typeof value === 'object' && value !== null && typeof inspect(value, 'getReader') === 'function';
}

/** Returns true if `pipeTo` accepts the options. */
function isPipeOptions(options: unknown): boolean {
	if (options === undefined || options === null) return true;
	if (typeof options !== 'object') return false;
	const signal = inspect(options, 'signal');
	return signal === undefined || signal instanceof AbortSignal;
}

/**
 * Returns the options of a pipe, each read once and in the order of the standard; undefined if `pipeTo` rejects them.
 */
function pipeOptions(options: unknown): StreamPipeOptions | undefined {
	if (!isPipeOptions(options)) return undefined;
	try {
		const read = (options ?? {}) as StreamPipeOptions;
		const preventAbort = Boolean(read.preventAbort);
		const preventCancel = Boolean(read.preventCancel);
		const preventClose = Boolean(read.preventClose);
		const { signal } = read;
		return { preventAbort, preventCancel, preventClose, ...(signal === undefined ? undefined : { signal }) };
	} catch {
		return undefined;
	}
}

/** Returns true if the options of `values()` contain `preventCancel`. */
function preventsCancel(options: unknown): boolean {
	return typeof options === 'object' && options !== null && Boolean(inspect(options, 'preventCancel'));
}

function noop(): void {}
