import { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import type { Context } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../runtime/active-context.js';
import { processState } from '../../runtime/process-state.js';
import type { Consumption } from '../common/consumption.js';
import { inspect, nameOf } from '../common/inspect.js';
import { type AnyFunction, overrideProperty, ownerOf } from '../common/override-property.js';
import type { StreamTimer } from '../common/stream-timing.js';

/**
 * Watches a stream of Node by shadowing its `emit` and the methods that do its work. No listener is added: one would
 * start the flow, or swallow the crash of an `error` that nobody listens to.
 *
 * The stream's own work runs in the invocation's context, its listeners and callbacks in the consumer's. Where several
 * invocations answer the same stream, its work runs in the context of the first (the innermost), and all of them end.
 *
 * @returns false where the object does not let itself be hooked (frozen)
 */
export function watchNodeStream(stream: object, consumption: Consumption): boolean {
	const known = taps.get(stream);
	if (known !== undefined) known.add(consumption);
	else if (!tap(stream, consumption)) return false;
	endIfOver(stream, consumption);
	return true;
}

/** Per stream and not per invocation, as a listener's context can only be told by one who knows all of them. */
const taps = processState('settling/node-streams', () => new WeakMap<object, Tap>());

function tap(stream: object, consumption: Consumption): boolean {
	const emit = inspect(stream, 'emit');
	if (typeof emit !== 'function') return false;
	const made = new Tap(stream, consumption);
	if (!overrideProperty(stream, 'emit', made.hookedEmit(emit as AnyFunction))) return false;
	for (const key of WORK) {
		const original = inspect(stream, key);
		if (typeof original !== 'function' || isDefault(stream, key)) continue;
		overrideProperty(stream, key, made.hookedWork(original as AnyFunction));
	}
	const destroy = inspect(stream, '_destroy');
	if (typeof destroy === 'function') overrideProperty(stream, '_destroy', made.hookedDestroy(destroy as AnyFunction));
	made.add(consumption);
	taps.set(stream, made);
	return true;
}

const WORK = ['_read', '_write', '_writev', '_transform', '_flush', '_final'] as const;

const BASES = new Set<object>([Readable, Writable, Duplex, Transform, PassThrough].map((base) => base.prototype));
const BASE_NAMES = new Set(['Readable', 'Writable', 'Duplex', 'Transform', 'PassThrough']);

/** What the base classes bring does no work, and Node asks whether a `Transform` still has the `_final` it came with. */
function isDefault(stream: object, key: string): boolean {
	const owner = ownerOf(stream, key);
	if (owner === undefined || owner === stream) return false;
	if (BASES.has(owner)) return true;
	const name = nameOf(owner);
	return name !== undefined && BASE_NAMES.has(name);
}

class Tap {
	readonly consumptions: Consumption[] = [];
	/** Those of the consumptions' measurings that somebody wants. */
	readonly #paces: StreamTimer[] = [];
	/** The context of the stream's work, which its listeners must not see. */
	readonly #inside: Context;
	/** The context of whoever consumed last. */
	#outside: Context;

	constructor(
		readonly stream: object,
		readonly first: Consumption,
	) {
		this.#outside = activeContext();
		this.#inside = first.settlement.run(activeContext, undefined, []);
	}

	/** One more invocation that answers this stream. */
	add(consumption: Consumption): void {
		this.consumptions.push(consumption);
		const { pace } = consumption;
		if (pace === undefined) return;
		if (this.#paces.push(pace) > 1) return;
		const read = inspect(this.stream, 'read');
		if (typeof read === 'function') overrideProperty(this.stream, 'read', this.#hookedRead(read as AnyFunction));
	}

	hookedEmit(original: AnyFunction): AnyFunction {
		const tap = this;
		return {
			emit(this: unknown, ...args: unknown[]): unknown {
				tap.#saw(args[0], args[1]);
				try {
					return tap.#isInside()
						? runInContext(tap.#outside, original, this, args)
						: Reflect.apply(original, this, args);
				} finally {
					if (args[0] === 'data') tap.#handled();
				}
			},
		}.emit;
	}

	/**
	 * Whoever reads waits, also a flow, which reads until there is nothing left. To read 0 only fills the buffer; Node does
	 * it for who begins to listen to `readable`, and for who lets it flow.
	 */
	#hookedRead(original: AnyFunction): AnyFunction {
		const tap = this;
		return {
			read(this: unknown, ...args: unknown[]): unknown {
				if (args[0] === 0) {
					if (tap.#isListenedTo()) for (const pace of tap.#paces) pace.begins();
					return Reflect.apply(original, this, args);
				}
				for (const pace of tap.#paces) pace.waits();
				const chunk = Reflect.apply(original, this, args);
				if (chunk === null) for (const pace of tap.#paces) pace.notReady();
				return chunk;
			},
		}.read;
	}

	#isListenedTo(): boolean {
		if (inspect(this.stream, 'readableFlowing') === true) return true;
		const count = inspect(this.stream, 'listenerCount');
		return typeof count === 'function' && Reflect.apply(count, this.stream, ['readable']) > 0;
	}

	/** Who listens waits for the next chunk once this one is handled, unless the stream was paused. */
	#handled(): void {
		if (inspect(this.stream, 'readableFlowing') === true) for (const pace of this.#paces) pace.waits();
	}

	hookedWork(original: AnyFunction): AnyFunction {
		const tap = this;
		return function (this: unknown, ...args) {
			return tap.#work(original, this, args);
		};
	}

	/** With `emitClose: false` this is the only sign that a stream was destroyed. */
	hookedDestroy(original: AnyFunction): AnyFunction {
		const tap = this;
		return {
			_destroy(this: unknown, error: unknown, callback: unknown): unknown {
				if (typeof callback !== 'function') return tap.#work(original, this, [error, callback]);
				const destroyed = (...args: unknown[]) => {
					tap.#closed(args[0] ?? error);
					return Reflect.apply(callback, undefined, args);
				};
				return tap.#work(original, this, [error, destroyed]);
			},
		}._destroy;
	}

	#work(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		if (!this.#isInside()) this.#outside = activeContext();
		const outside = this.#outside;
		const bound = args.map((arg) =>
			typeof arg === 'function'
				? (...given: unknown[]) => runInContext(outside, arg as AnyFunction, undefined, given)
				: arg,
		);
		return this.first.settlement.run(original, self, bound);
	}

	#isInside(): boolean {
		return this.#inside !== this.#outside && activeContext() === this.#inside;
	}

	#saw(event: unknown, first: unknown): void {
		if (event === 'data') for (const consumption of this.consumptions) consumption.item(first);
		else if (event === 'end') this.#finished();
		else if (event === 'readable') for (const pace of this.#paces) pace.ready();
		else if (event === 'pause') for (const pace of this.#paces) pace.stopped();
		else if (event === 'error') this.#failed(first);
		else if (event === 'close') this.#closed(undefined);
		else if (event === 'finish' && inspect(this.stream, 'readable') !== true) this.#finished();
	}

	#finished(): void {
		for (const consumption of this.consumptions) consumption.finished();
	}

	#failed(error: unknown): void {
		for (const consumption of this.consumptions) consumption.failed(error);
	}

	#closed(error: unknown): void {
		if (error !== undefined && error !== null) this.#failed(error);
		for (const consumption of this.consumptions) {
			endIfOver(this.stream, consumption);
			consumption.left();
		}
	}
}

/** Ends the consumption of a stream that is over already, as it ended. */
function endIfOver(stream: object, consumption: Consumption): void {
	const error = inspect(stream, 'errored');
	if (error !== undefined && error !== null) consumption.failed(error);
	else if (inspect(stream, 'readableEnded') === true) consumption.finished();
	else if (inspect(stream, 'writableFinished') === true && inspect(stream, 'readable') !== true) consumption.finished();
	else if (inspect(stream, 'destroyed') === true) consumption.left();
}
