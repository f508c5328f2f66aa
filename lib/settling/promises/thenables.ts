import type { Context } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../runtime/active-context.js';
import { apply } from '../../runtime/intrinsics.js';
import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, descriptorOf, overrideAccessor, overrideProperty } from '../common/override-property.js';
import type { Settlement } from '../common/settlement.js';
import type { WatchedResult } from '../common/watched-result.js';

/** Receives the value of a thenable and the settlement of its result, and returns what the consumer receives. */
type OnFulfilled = (value: unknown, settlement: Settlement) => unknown;

/**
 * Watches an object with a `then` that is not the native one: a query builder, or a promise whose class overrides
 * `then`. It stays the same object and stays lazy. The first call of `then`, `catch` or `finally` runs in the
 * invocation's context, and its callbacks run in the consumer's. Later calls are passed through.
 *
 * @param then - the value of the object's `then`, which was read already. If `then` is a getter, the first read of the
 *   application returns this value, so that a getter which starts the work starts it once.
 * @param settled - receives the value of the object
 * @returns false if the object cannot be watched (frozen, or a proxy that returns a `then` it does not have)
 */
export function watchThenable(target: object, then: AnyFunction, result: WatchedResult, settled: OnFulfilled): boolean {
	const member = descriptorOf(target, 'then');
	if (member === undefined) return false;
	const watcher = new ThenableWatcher(result, settled);
	if (member.get === undefined) {
		const hooked = watcher.hookedThen(then);
		result.overrode('then', hooked);
		if (!overrideProperty(target, 'then', hooked)) return false;
	} else {
		const hooked = hookedGetter(target, watcher, member.get, then);
		result.overrode('then', hooked.get);
		if (!overrideAccessor(target, 'then', hooked)) return false;
	}
	hookMember(target, 'catch', watcher);
	hookMember(target, 'finally', watcher);
	for (const key of RUNNING_MEMBERS) {
		// A getter is not called: reading it may start the work.
		const original: unknown = descriptorOf(target, key)?.value;
		if (typeof original === 'function') overrideProperty(target, key, watcher.hookedRun(key, original as AnyFunction));
	}
	return true;
}

/**
 * The members by which query builders run a query other than by `then`: Mongoose's `exec` and `cursor`, Drizzle's
 * `execute`, `all`, `get`, `run` and `values`, Knex's `stream`, Prisma's `requestTransaction` (of `$transaction`), and a
 * loop of `for await`.
 */
const RUNNING_MEMBERS = [
	'exec',
	'execute',
	'run',
	'all',
	'get',
	'values',
	'toArray',
	'cursor',
	'stream',
	'requestTransaction',
	Symbol.asyncIterator,
] as const;

/** Creates the members that override those of one watched thenable. */
class ThenableWatcher {
	constructor(
		readonly result: WatchedResult,
		readonly onFulfilled: OnFulfilled,
	) {}

	/**
	 * Returns the function that overrides `then`. The first call is watched; later ones are passed through, until another
	 * invocation returns the thenable.
	 */
	hookedThen(original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			then(this: unknown, ...args: unknown[]): unknown {
				const { begun, consumption } = watcher.result;
				if (begun || consumption.settlement.ended) return apply(original, this, args);
				watcher.result.begun = true;
				// The context of this call is the consumer's; the work below runs in that of the invocation.
				const consumer = activeContext();
				args[0] = watcher.#fulfilled(consumption, consumer, args[0]);
				args[1] = watcher.#rejected(consumption, consumer, args[1]);
				return watcher.#run(consumption, original, this, args);
			},
		}.then;
	}

	/**
	 * Returns the function that overrides `catch` or `finally`. Both usually call `then`, which watches the result; if
	 * they do not, the promise that they return is followed instead.
	 */
	hookedMember(key: 'catch' | 'finally', original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			[key](this: unknown, ...args: unknown[]): unknown {
				const { begun, consumption } = watcher.result;
				const { settlement } = consumption;
				if (begun || settlement.ended) return apply(original, this, args);
				const consumer = activeContext();
				const callback = args[0];
				if (typeof callback === 'function') {
					args[0] = (...values: unknown[]) => {
						if (key === 'catch') consumption.failed(values[0]);
						return runInContext(consumer, callback as AnyFunction, undefined, values);
					};
				}
				const result = watcher.#run(consumption, original, this, args);
				// The original called `then`, which followed the result.
				if (watcher.result.begun) return result;
				watcher.result.begun = true;
				return watcher.onFulfilled(result, settlement);
			},
		}[key] as AnyFunction;
	}

	/**
	 * Returns the function that overrides a member which may run the query. If it returns a promise or a stream, that is
	 * the result; if it returns anything else, such as the query itself, nothing has begun.
	 */
	hookedRun(key: PropertyKey, original: AnyFunction): AnyFunction {
		const watcher = this;
		return {
			[key](this: unknown, ...args: unknown[]): unknown {
				const { begun, consumption } = watcher.result;
				const { settlement } = consumption;
				if (begun || settlement.ended) return Reflect.apply(original, this, args);
				const returned = watcher.#run(consumption, original, this, args);
				if (watcher.result.begun || returned === this || !isRunning(returned)) return returned;
				watcher.result.begun = true;
				return watcher.onFulfilled(returned, settlement);
			},
		}[key as string] as AnyFunction;
	}

	/** Returns the `onFulfilled` that is passed to the original `then` in place of the consumer's. */
	#fulfilled(consumption: Consumption, consumer: Context, callback: unknown): AnyFunction {
		const watcher = this;
		return function (this: unknown, ...args) {
			const settled = watcher.onFulfilled(args[0], consumption.settlement);
			if (typeof callback !== 'function') return settled;
			args[0] = settled;
			return runInContext(consumer, callback as AnyFunction, this, args);
		};
	}

	/** Returns the `onRejected` that is passed to the original `then`. Without one of the consumer it rethrows. */
	#rejected(consumption: Consumption, consumer: Context, callback: unknown): AnyFunction {
		return function (this: unknown, ...args) {
			consumption.failed(args[0]);
			if (typeof callback !== 'function') throw args[0];
			return runInContext(consumer, callback as AnyFunction, this, args);
		};
	}

	/** Calls a member in the invocation's context. What it throws fails the result. */
	#run(consumption: Consumption, original: AnyFunction, self: unknown, args: unknown[]): unknown {
		try {
			return consumption.settlement.run(original, self, args);
		} catch (error) {
			consumption.failed(error);
			throw error;
		}
	}
}

/** True for a promise, an iterator or a stream. */
function isRunning(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return false;
	return [typeof inspect(value, 'then'), typeof inspect(value, Symbol.asyncIterator)].includes('function');
}

/** Overrides `catch` or `finally`, if the object has it. */
function hookMember(target: object, key: 'catch' | 'finally', watcher: ThenableWatcher): void {
	const original = inspect(target, key);
	if (typeof original === 'function') overrideProperty(target, key, watcher.hookedMember(key, original as AnyFunction));
}

/**
 * Returns the accessor that overrides a `then` which is a getter.
 *
 * @param first - the value for the first read
 */
function hookedGetter(target: object, watcher: ThenableWatcher, getter: () => unknown, first: AnyFunction) {
	let unread: AnyFunction | undefined = first;
	return {
		get(this: unknown): unknown {
			const then: unknown = unread !== undefined && this === target ? unread : apply(getter, this, []);
			if (this === target) unread = undefined;
			return typeof then === 'function' ? watcher.hookedThen(then as AnyFunction) : then;
		},
		set(this: unknown, value: unknown): void {
			if (typeof this === 'object' && this !== null) overrideProperty(this, 'then', value);
		},
	};
}
