import { isErrored, isReadable, type Readable } from 'node:stream';
import { types } from 'node:util';
import { Consumption } from './consumption.js';
import { follow } from './iterators.js';
import { look } from './look.js';
import { thenNatively } from './promises.js';
import { type AnyFunction, shadow } from './shadow.js';

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
	const watcher = new Watcher(consumption, look(stream, 'pipeTo'));
	const inherited = Reflect.getPrototypeOf(stream) ?? stream;
	for (const key of MEMBERS) {
		const original = look(stream, key);
		if (typeof original !== 'function') continue;
		// An iteration that an application put on the stream (the AI SDK does) reads through getReader().
		if (key === Symbol.asyncIterator && original !== look(inherited, key)) continue;
		if (!shadow(stream, key, watcher.shadowOf(key, original as AnyFunction))) return false;
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
		const lock = { released: false };
		hook(reader, 'read', (read) => ({
			read(this: unknown, ...args: unknown[]): unknown {
				const result = watcher.#run(read, this, args);
				return watcher.consumption.settlement.wantsItems ? after(result, watcher.#chunk, rethrow) : result;
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
	#watchClosed(reader: object, lock: { readonly released: boolean }): void {
		after(
			look(reader, 'closed'),
			() => {
				if (!lock.released && !this.#cancelling) this.consumption.finished();
			},
			(error) => {
				if (!lock.released) this.consumption.failed(error);
			},
		);
	}

	readonly #chunk = (result: unknown): unknown => {
		const { done, value } = result as ReadableStreamReadResult<unknown>;
		if (!done) this.consumption.item(value);
		return result;
	};

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

/** An iteration with `preventCancel`: to leave it ends nothing. */
class KeptOpen extends Consumption {
	/** Referred to so that the stream is not taken for abandoned while it is iterated. */
	readonly whole: Consumption;

	constructor(whole: Consumption) {
		super(whole.settlement, whole.kind);
		this.whole = whole;
	}

	override left(): void {}
}

function hook(target: object, key: string, make: (original: AnyFunction) => Record<string, AnyFunction>): void {
	const original = look(target, key);
	if (typeof original === 'function') shadow(target, key, make(original as AnyFunction)[key]);
}

/** The derived promise; a polyfill's thenable that is no promise is left alone. */
function after(promise: unknown, fulfilled: AnyFunction, rejected: (error: unknown) => unknown): unknown {
	return types.isPromise(promise) ? thenNatively(promise, fulfilled, rejected) : promise;
}

function isLocked(stream: unknown): boolean {
	return look(stream as object, 'locked') === true;
}

function isFreeWritable(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return typeof look(value, 'getWriter') === 'function' && !isLocked(value);
}

function isReadableStream(value: unknown): boolean {
	return typeof value === 'object' && value !== null && typeof look(value, 'getReader') === 'function';
}

function isPipeOptions(options: unknown): boolean {
	if (options === undefined || options === null) return true;
	if (typeof options !== 'object') return false;
	const signal = look(options, 'signal');
	return signal === undefined || signal instanceof AbortSignal;
}

function keepsOpen(options: unknown): boolean {
	return typeof options === 'object' && options !== null && Boolean(look(options, 'preventCancel'));
}

function rethrow(error: unknown): never {
	throw error;
}

function nothing(): void {}
