import type { Context } from '@opentelemetry/api';
import { activeContext, runInContext } from '../../runtime/active-context.js';
import type { Consumption } from '../common/consumption.js';
import { inspect } from '../common/inspect.js';
import { type AnyFunction, descriptorOf, overrideAccessor, overrideProperty } from '../common/override-property.js';

/** What becomes of the value that a thenable gives; its answer goes to the consumer. */
export type Settled = (value: unknown) => unknown;

/**
 * Watches an object with a `then` of its own: a query builder, a promise whose class overrides `then`. It stays the same
 * object and stays lazy. The first `then`, `catch` or `finally` runs in the invocation's context; the callbacks it is
 * given run in the consumer's, and whatever is called later passes through.
 *
 * @param then - what reading `then` gave; where it is a getter, it is handed to the first reader, so that a getter which
 *   starts the work starts it once
 * @returns false where the object does not let itself be hooked (frozen, or a proxy that makes its `then` up)
 */
export function hookThenable(target: object, then: AnyFunction, consumption: Consumption, settled: Settled): boolean {
	const member = descriptorOf(target, 'then');
	if (member === undefined) return false;
	const query = new Query(consumption, settled);
	const hooked =
		member.get === undefined
			? overrideProperty(target, 'then', query.hookedThen(then))
			: overrideAccessor(target, 'then', hookedGetter(target, query, member.get, then));
	if (!hooked) return false;
	hookMember(target, 'catch', query);
	hookMember(target, 'finally', query);
	return true;
}

class Query {
	#used = false;

	constructor(
		readonly consumption: Consumption,
		readonly settled: Settled,
	) {}

	hookedThen(original: AnyFunction): AnyFunction {
		const query = this;
		return {
			then(this: unknown, ...args: unknown[]): unknown {
				if (query.#used || query.consumption.settlement.ended) return Reflect.apply(original, this, args);
				query.#used = true;
				const consumer = activeContext();
				args[0] = query.#fulfilled(consumer, args[0]);
				args[1] = query.#rejected(consumer, args[1]);
				return query.#run(original, this, args);
			},
		}.then;
	}

	/** `catch` and `finally` often lead to `then`, which then sees the result; where they do not, their promise does. */
	hookedMember(key: 'catch' | 'finally', original: AnyFunction): AnyFunction {
		const query = this;
		return {
			[key](this: unknown, ...args: unknown[]): unknown {
				const { settlement } = query.consumption;
				if (query.#used || settlement.ended) return Reflect.apply(original, this, args);
				const consumer = activeContext();
				const callback = args[0];
				if (typeof callback === 'function') {
					args[0] = (...values: unknown[]) => {
						if (key === 'catch') settlement.failed(values[0]);
						return runInContext(consumer, callback as AnyFunction, undefined, values);
					};
				}
				const result = query.#run(original, this, args);
				if (query.#used) return result;
				query.#used = true;
				return query.settled(result);
			},
		}[key] as AnyFunction;
	}

	#fulfilled(consumer: Context, callback: unknown): AnyFunction {
		const query = this;
		return function (this: unknown, value, ...more) {
			const settled = query.settled(value);
			if (typeof callback !== 'function') return settled;
			return runInContext(consumer, callback as AnyFunction, this, [settled, ...more]);
		};
	}

	#rejected(consumer: Context, callback: unknown): AnyFunction {
		const query = this;
		return function (this: unknown, error, ...more) {
			query.consumption.failed(error);
			if (typeof callback !== 'function') throw error;
			return runInContext(consumer, callback as AnyFunction, this, [error, ...more]);
		};
	}

	#run(original: AnyFunction, self: unknown, args: unknown[]): unknown {
		try {
			return this.consumption.settlement.run(original, self, args);
		} catch (error) {
			this.consumption.failed(error);
			throw error;
		}
	}
}

function hookMember(target: object, key: 'catch' | 'finally', query: Query): void {
	const original = inspect(target, key);
	if (typeof original === 'function') overrideProperty(target, key, query.hookedMember(key, original as AnyFunction));
}

function hookedGetter(target: object, query: Query, getter: () => unknown, first: AnyFunction) {
	let fresh: AnyFunction | undefined = first;
	return {
		get(this: unknown): unknown {
			const then: unknown = fresh !== undefined && this === target ? fresh : Reflect.apply(getter, this, []);
			if (this === target) fresh = undefined;
			return typeof then === 'function' ? query.hookedThen(then as AnyFunction) : then;
		},
		set(this: unknown, value: unknown): void {
			if (typeof this === 'object' && this !== null) overrideProperty(this, 'then', value);
		},
	};
}
