import { Duplex, PassThrough, Readable, Transform, Writable } from 'node:stream';
import type { Context } from '@opentelemetry/api';
import { activeContext, areOfSameInvocation, runInContext } from '../../runtime/active-context.js';
import { apply } from '../../runtime/intrinsics.js';
import { processState } from '../../runtime/process-state.js';
import type { Consumption } from '../common/consumption.js';
import { abandon } from '../common/finalization.js';
import { inspect, nameOf } from '../common/inspect.js';
import { type AnyFunction, overrideProperty, ownerOf } from '../common/override-property.js';
import { MAX_SHARING, settlementsOf } from '../common/shared-settlement.js';
import type { StreamTimer } from '../common/stream-timing.js';

/**
 * Watches a stream of Node by overriding its `emit` and the methods that implement it. No listener is added: a listener
 * would make the stream flow, or would prevent the crash by an `error` event without listeners.
 *
 * The implementation runs in the invocation's context, listeners and callbacks in the consumer's. If several
 * invocations return the same stream, it runs in the context of the first one (the innermost), and all of them end.
 *
 * @returns false if the object cannot be watched (frozen)
 */
export function watchNodeStream(stream: object, consumption: Consumption): boolean {
	const known = watchers.get(stream);
	if (known !== undefined) known.add(consumption);
	else if (!startWatching(stream, consumption)) return false;
	endIfEnded(stream, consumption);
	return true;
}

/**
 * The watcher of each stream. There is one per stream and not per invocation, because only one that knows all contexts
 * can determine in which one a listener has to run.
 */
const watchers = processState('settling/node-streams', () => new WeakMap<object, NodeStreamWatcher>());

/** Overrides the members of a stream that is not watched yet. Returns false if that is not possible. */
function startWatching(stream: object, consumption: Consumption): boolean {
	const emit = inspect(stream, 'emit');
	if (typeof emit !== 'function') return false;
	const watcher = new NodeStreamWatcher(stream, consumption);
	if (!overrideProperty(stream, 'emit', watcher.hookedEmit(emit as AnyFunction))) return false;
	for (const key of IMPLEMENTED_METHODS) {
		const original = inspect(stream, key);
		if (typeof original !== 'function' || isFromBaseClass(stream, key)) continue;
		overrideProperty(stream, key, watcher.hookedMethod(original as AnyFunction));
	}
	const destroy = inspect(stream, '_destroy');
	if (typeof destroy === 'function')
		overrideProperty(stream, '_destroy', watcher.hookedDestroy(destroy as AnyFunction));
	watcher.add(consumption);
	watchers.set(stream, watcher);
	return true;
}

/** The methods by which a stream class implements its work; `_destroy` is overridden separately. */
const IMPLEMENTED_METHODS = ['_read', '_write', '_writev', '_transform', '_flush', '_final'] as const;

/** The prototypes of Node's base classes, and the names of the base classes of other copies (`readable-stream`). */
const BASE_PROTOTYPES = new Set<object>(
	[Readable, Writable, Duplex, Transform, PassThrough].map((base) => base.prototype),
);
const BASE_NAMES = new Set(['Readable', 'Writable', 'Duplex', 'Transform', 'PassThrough']);

/**
 * Returns true if the method is that of a base class. It does no work then; and Node checks whether a `Transform` still
 * has the `_final` of its class.
 */
function isFromBaseClass(stream: object, key: string): boolean {
	const owner = ownerOf(stream, key);
	if (owner === undefined || owner === stream) return false;
	if (BASE_PROTOTYPES.has(owner)) return true;
	const name = nameOf(owner);
	return name !== undefined && BASE_NAMES.has(name);
}

/** Watches one stream for all invocations that return it, and creates the members that override those of the stream. */
class NodeStreamWatcher {
	/** One per invocation that has not ended. */
	#consumptions: readonly Consumption[] = [];
	/** The timers of those consumptions that are measured. */
	#timers: readonly StreamTimer[] = [];
	/** True once `read` is overridden. */
	#hooksRead = false;
	/** The context in which the implementation runs, and in which no listener may run. */
	readonly #producerContext: Context;
	/** The context of the last consumer that called the stream. */
	#consumerContext: Context;

	constructor(
		readonly stream: object,
		readonly first: Consumption,
	) {
		this.#consumerContext = activeContext();
		this.#producerContext = first.settlement.run(activeContext, undefined, []);
	}

	/**
	 * Adds the consumption of one more invocation that returns this stream. If too many are open, the oldest ends as
	 * abandoned.
	 */
	add(consumption: Consumption): void {
		const open = this.#consumptions.filter(({ settlement }) => !settlement.ended);
		const oldest = open.length < MAX_SHARING ? undefined : open.shift();
		this.#consumptions = [...open, consumption];
		this.#timers = this.#consumptions.flatMap(({ timer }) => timer ?? []);
		if (oldest !== undefined) for (const settlement of settlementsOf(oldest.settlement)) abandon(settlement);
		// `read` is overridden for the first timer only.
		if (consumption.timer === undefined || this.#hooksRead) return;
		this.#hooksRead = true;
		const read = inspect(this.stream, 'read');
		if (typeof read === 'function') overrideProperty(this.stream, 'read', this.#hookedRead(read as AnyFunction));
	}

	/**
	 * Returns the function that overrides `emit`: it reports the event, then calls the listeners in the consumer's
	 * context.
	 */
	hookedEmit(original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			emit(this: unknown, ...args: unknown[]): unknown {
				watcher.#onEvent(args[0], args[1]);
				try {
					return watcher.#isInProducerContext()
						? runInContext(watcher.#consumerContext, original, this, args)
						: apply(original, this, args);
				} finally {
					if (args[0] === 'data') watcher.#afterData();
				}
			},
		}.emit;
	}

	/**
	 * Returns the function that overrides `read`, if the stream is measured. A consumer that reads waits; so does a
	 * flowing stream, which reads until its buffer is empty. `read(0)` only fills the buffer: Node calls it when a
	 * listener of `readable` is added, and when the stream begins to flow.
	 */
	#hookedRead(original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			read(this: unknown, ...args: unknown[]): unknown {
				if (args[0] === 0) {
					if (watcher.#hasReader()) for (const timer of watcher.#timers) timer.waitingForFirst();
					return apply(original, this, args);
				}
				for (const timer of watcher.#timers) timer.waiting();
				const chunk = apply(original, this, args);
				if (chunk === null) for (const timer of watcher.#timers) timer.notReady();
				return chunk;
			},
		}.read;
	}

	/** Returns true if the stream flows, or has a listener of `readable`. */
	#hasReader(): boolean {
		if (inspect(this.stream, 'readableFlowing') === true) return true;
		const count = inspect(this.stream, 'listenerCount');
		return typeof count === 'function' && apply(count, this.stream, ['readable']) > 0;
	}

	/** A listener of `data` waits for the next chunk once it handled this one, unless the stream was paused. */
	#afterData(): void {
		if (inspect(this.stream, 'readableFlowing') === true) for (const timer of this.#timers) timer.waiting();
	}

	/** Returns the function that overrides a method of the implementation. */
	hookedMethod(original: AnyFunction): AnyFunction {
		const watcher = this;
		return function (this: unknown, ...args) {
			return watcher.#runMethod(original, this, args);
		};
	}

	/**
	 * Returns the function that overrides `_destroy`. With `emitClose: false` its callback is the only sign of the end.
	 */
	hookedDestroy(original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			_destroy(this: unknown, error: unknown, callback: unknown): unknown {
				if (typeof callback !== 'function') return watcher.#runMethod(original, this, [error, callback]);
				const destroyed = (...args: unknown[]) => {
					watcher.#onClose(args[0] ?? error);
					return apply(callback, undefined, args);
				};
				return watcher.#runMethod(original, this, [error, destroyed]);
			},
		}._destroy;
	}

	/** Runs a method of the implementation in the invocation's context, and its callbacks in the consumer's. */
	#runMethod(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		if (!this.#isInProducerContext()) this.#consumerContext = activeContext();
		const consumerContext = this.#consumerContext;
		// A callback of the implementation leads to listeners and to callbacks of the consumer.
		const bound = args.map((arg) =>
			typeof arg === 'function'
				? (...values: unknown[]) => runInContext(consumerContext, arg as AnyFunction, undefined, values)
				: arg,
		);
		return this.first.settlement.run(original, self, bound);
	}

	/** Returns true if the running code is the implementation; false if it cannot be distinguished from the consumer. */
	#isInProducerContext(): boolean {
		return (
			!areOfSameInvocation(this.#producerContext, this.#consumerContext) &&
			areOfSameInvocation(activeContext(), this.#producerContext)
		);
	}

	/** Reports an event of the stream to the consumptions. `first` is the first argument for its listeners. */
	#onEvent(event: unknown, first: unknown): void {
		if (event === 'data') for (const consumption of this.#consumptions) consumption.item(first);
		else if (event === 'end') this.#allDone();
		else if (event === 'readable') for (const timer of this.#timers) timer.ready();
		else if (event === 'pause') for (const timer of this.#timers) timer.paused();
		else if (event === 'error') this.#allFailed(first);
		else if (event === 'close') this.#onClose(undefined);
		else if (event === 'finish' && inspect(this.stream, 'readable') !== true) this.#allDone();
	}

	#allDone(): void {
		for (const consumption of this.#consumptions) consumption.done();
	}

	#allFailed(error: unknown): void {
		for (const consumption of this.#consumptions) consumption.failed(error);
	}

	/** The stream was closed or destroyed: consumptions that did not end by now are cancelled. */
	#onClose(error: unknown): void {
		if (error !== undefined && error !== null) this.#allFailed(error);
		for (const consumption of this.#consumptions) {
			endIfEnded(this.stream, consumption);
			consumption.cancelled();
		}
	}
}

/** If the stream ended already, ends the consumption in the same way. */
function endIfEnded(stream: object, consumption: Consumption): void {
	const error = inspect(stream, 'errored');
	if (error !== undefined && error !== null) consumption.failed(error);
	else if (inspect(stream, 'readableEnded') === true) consumption.done();
	else if (inspect(stream, 'writableFinished') === true && inspect(stream, 'readable') !== true) consumption.done();
	else if (inspect(stream, 'destroyed') === true) consumption.cancelled();
}
