import { isErrored, isReadable, type Readable } from 'node:stream';
import types from 'node:util/types';
import { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, overrideProperty } from '../common/override-property.js';
import { thenNatively } from '../promises/promises.js';
import { follow } from './iterators.js';
import { canPipe, pipe } from './web-pipe.js';

/**
 * Watches a web `ReadableStream`: every way of consuming it is shadowed on the same object. It is never locked, pulled
 * or cancelled because of us; what a consumer pulls is pulled in the invocation's context. A branch of `tee()` is watched
 * as a part.
 *
 * Unseen: transfer and `structuredClone`, which empty the stream from inside. And where a pipe's destination asked to wait,
 * Node pulls again from inside, in the context in which that destination became ready.
 *
 * @returns false where the object does not let itself be hooked (frozen)
 */
export function watchWebStream(stream: object, consumption: Consumption): boolean {
	const watcher = new Watcher(consumption, inspect(stream, 'pipeTo'));
	const inherited = Reflect.getPrototypeOf(stream) ?? stream;
	for (const key of MEMBERS) {
		const original = inspect(stream, key);
		if (typeof original !== 'function') continue;
		// An iteration that an application put on the stream (the AI SDK does) reads through getReader().
		if (key === Symbol.asyncIterator && original !== inspect(inherited, key)) continue;
		if (!overrideProperty(stream, key, watcher.shadowOf(key, original as AnyFunction))) return false;
	}
	return true;
}

const MEMBERS = ['getReader', 'cancel', 'tee', 'pipeTo', 'pipeThrough', 'values', Symbol.asyncIterator] as const;
type Member = (typeof MEMBERS)[number];

class Watcher {
	/** True once a consumer cancelled: what closes the stream now is the consumer's leaving. */
	#cancelling = false;

	constructor(
		readonly consumption: Consumption,
		readonly pipeTo: unknown,
	) {}

	shadowOf(key: Member, original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			[key](this: object, ...args: unknown[]): unknown {
				if (watcher.consumption.settlement.ended) return Reflect.apply(original, this, args);
				return watcher.#consume(key, original, this, args);
			},
		}[key as string] as AnyFunction;
	}

	#consume(key: Member, original: AnyFunction, self: object, args: unknown[]): unknown {
		if (key === 'cancel')
			return isLocked(self) ? Reflect.apply(original, self, args) : this.#cancel(original, self, args);
		if (key === 'pipeTo') return this.#pipe(original, self, args);
		if (key === 'pipeThrough') return this.#pipeThrough(original, self, args);
		const given = this.#run(original, self, args);
		if (key === 'getReader') this.#watchReader(given as object);
		else if (key === 'tee') this.#watchBranches(given as object[]);
		else follow(given, keepsOpen(args[0]) ? new KeptOpen(this.consumption) : this.consumption, true);
		return given;
	}

	#watchReader(reader: object): void {
		const watcher = this;
		const lock: Lock = { released: false, reading: 0, closed: false };
		hook(reader, 'read', (read) => ({
			read(this: unknown, ...args: unknown[]): unknown {
				const { consumption } = watcher;
				if (!consumption.seesItems || consumption.settlement.ended) return watcher.#run(read, this, args);
				consumption.pace?.asked();
				const result = watcher.#run(read, this, args);
				if (!types.isPromise(result)) return result;
				lock.reading++;
				return after(
					result,
					(step) => watcher.#answered(lock, step),
					(error) => watcher.#refused(lock, error),
				);
			},
		}));
		hook(reader, 'cancel', (cancel) => ({
			cancel(this: unknown, ...args: unknown[]): unknown {
				return lock.released ? Reflect.apply(cancel, this, args) : watcher.#cancel(cancel, this, args);
			},
		}));
		hook(reader, 'releaseLock', (releaseLock) => ({
			releaseLock(this: unknown): unknown {
				const before = lock.released;
				lock.released = true;
				try {
					return Reflect.apply(releaseLock, this, []);
				} catch (error) {
					lock.released = before;
					throw error;
				}
			},
		}));
		this.#watchClosed(reader, lock);
	}

	/** The promise of a reader tells the end of its stream, and its own release by a rejection. */
	#watchClosed(reader: object, lock: Lock): void {
		after(
			inspect(reader, 'closed'),
			() => {
				lock.closed = true;
				this.#finish(lock);
			},
			(error) => {
				if (!lock.released) this.consumption.failed(error);
			},
		);
	}

	/** A stream is closed before its last chunk is handed out, so the end waits for the reads that are under way. */
	#finish(lock: Lock): void {
		if (lock.closed && lock.reading === 0 && !lock.released && !this.#cancelling) this.consumption.finished();
	}

	#answered(lock: Lock, step: unknown): unknown {
		const { done, value } = step as ReadableStreamReadResult<unknown>;
		if (done) this.consumption.pace?.answered();
		else this.consumption.item(value);
		lock.reading--;
		this.#finish(lock);
		return step;
	}

	#refused(lock: Lock, error: unknown): never {
		this.consumption.pace?.answered();
		lock.reading--;
		this.#finish(lock);
		throw error;
	}

	#watchBranches(branches: object[]): void {
		for (const branch of branches) watchWebStream(branch, this.consumption.part());
	}

	/** Left once the source has let go; a source that fails to is the error that the consumer sees. */
	#cancel(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		this.#cancelling = true;
		const { consumption } = this;
		return after(
			this.#run(original, self, args),
			(value) => {
				consumption.left();
				return value;
			},
			(error) => {
				consumption.failed(error);
				throw error;
			},
		);
	}

	/**
	 * A pipe that fails has failed at its source, or at its destination, which then cancels the source or leaves it open.
	 * Of a stream that is not Node's own it cannot be told which.
	 */
	#pipe(original: AnyFunction, self: object, args: unknown[]): unknown {
		const { consumption } = this;
		if (isLocked(self) || !isFreeWritable(args[0])) return Reflect.apply(original, self, args);
		if (consumption.seesItems) {
			const options = pipeOptions(args[1]);
			if (options !== undefined && canPipe(self, args[0], options)) {
				return pipe(self as ReadableStream, args[0] as WritableStream, options);
			}
			if (isReadable(self as Readable) !== false) consumption.pace?.unseen();
			args[1] = options ?? args[1];
		}
		return after(
			this.#run(original, self, args),
			(value) => {
				consumption.finished();
				return value;
			},
			(error) => {
				const open = isReadable(self as Readable);
				if (isErrored(self as Readable) || open === null) consumption.failed(error);
				else if (!open) consumption.left();
				throw error;
			},
		);
	}

	/** As the standard says it: a pipe to the pair's writable whose failure is seen at the readable. */
	#pipeThrough(original: AnyFunction, self: object, [pair, options, ...more]: unknown[]): unknown {
		if (typeof pair !== 'object' || pair === null) return Reflect.apply(original, self, [pair, options, ...more]);
		const { readable, writable } = pair as ReadableWritablePair;
		const usual = !isLocked(self) && isFreeWritable(writable) && isReadableStream(readable) && isPipeOptions(options);
		if (!usual) return Reflect.apply(original, self, [{ readable, writable }, options, ...more]);
		const piped = this.#pipe(this.pipeTo as AnyFunction, self, [writable, options]);
		after(piped, nothing, nothing);
		return readable;
	}

	#run(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		const { settlement } = this.consumption;
		return settlement.ended ? Reflect.apply(original, self, args) : settlement.run(original, self, args);
	}
}

/** The lock of one reader. */
interface Lock {
	released: boolean;
	/** How many of its reads are under way. */
	reading: number;
	/** True once the stream is closed. */
	closed: boolean;
}

/** An iteration with `preventCancel`: to leave it ends nothing. */
class KeptOpen extends Consumption {
	/** Referred to so that the stream is not taken for abandoned while it is iterated. */
	readonly whole: Consumption;

	constructor(whole: Consumption) {
		super(whole.settlement, whole.kind, whole.pace);
		this.whole = whole;
	}

	override left(): void {}
}

function hook(target: object, key: string, make: (original: AnyFunction) => Record<string, AnyFunction>): void {
	const original = inspect(target, key);
	if (typeof original === 'function') overrideProperty(target, key, make(original as AnyFunction)[key]);
}

/** The derived promise; a polyfill's thenable that is no promise is left alone. */
function after(promise: unknown, fulfilled: AnyFunction, rejected: (error: unknown) => unknown): unknown {
	return types.isPromise(promise) ? thenNatively(promise, fulfilled, rejected) : promise;
}

function isLocked(stream: unknown): boolean {
	return inspect(stream as object, 'locked') === true;
}

function isFreeWritable(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return typeof inspect(value, 'getWriter') === 'function' && !isLocked(value);
}

function isReadableStream(value: unknown): boolean {
	return typeof value === 'object' && value !== null && typeof inspect(value, 'getReader') === 'function';
}

function isPipeOptions(options: unknown): boolean {
	if (options === undefined || options === null) return true;
	if (typeof options !== 'object') return false;
	const signal = inspect(options, 'signal');
	return signal === undefined || signal instanceof AbortSignal;
}

/** The options of a pipe, each read once and in the standard's order; undefined where the standard refuses them. */
function pipeOptions(options: unknown): StreamPipeOptions | undefined {
	if (!isPipeOptions(options)) return undefined;
	try {
		const given = (options ?? {}) as StreamPipeOptions;
		const preventAbort = Boolean(given.preventAbort);
		const preventCancel = Boolean(given.preventCancel);
		const preventClose = Boolean(given.preventClose);
		const { signal } = given;
		return { preventAbort, preventCancel, preventClose, ...(signal === undefined ? undefined : { signal }) };
	} catch {
		return undefined;
	}
}

function keepsOpen(options: unknown): boolean {
	return typeof options === 'object' && options !== null && Boolean(inspect(options, 'preventCancel'));
}

function nothing(): void {}
