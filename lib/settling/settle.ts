import types from 'node:util/types';
import { Consumption } from './common/consumption.js';
import { registerFinalization } from './common/finalization.js';
import {
	inspect,
	prototypeInfoOf,
	readAsyncIterator,
	readIterator,
	readObservable,
	readThen,
} from './common/inspect.js';
import type { AnyFunction } from './common/override-property.js';
import type { Settlement } from './common/settlement.js';
import { StreamTimer } from './common/stream-timing.js';
import { isPlainPromise, settlesNatively, thenNatively, watchPromise } from './promises/promises.js';
import { watchThenable } from './promises/thenables.js';
import { settleBy, settlerFor } from './settler-registry.js';
import { watchIterable } from './streams/iterables.js';
import { watchIterator } from './streams/iterators.js';
import { watchNodeStream } from './streams/node-streams.js';
import { watchObservable } from './streams/observables.js';
import { ResponseSettlement, unreadBody } from './streams/responses.js';
import { watchWebStream } from './streams/web-streams.js';
import { MemberSettlement, watchMember } from './watch-member.js';

/**
 * Follows the result of an invocation to its end, and reports that to the settlement. A value that is neither a promise
 * nor a stream ends at once. Never throws.
 *
 * Of an object, only its prototypes and these members are read, each once: `then`, the two iteration symbols, `next`,
 * and the two names of `Symbol.observable`. A member that throws counts as undefined.
 *
 * @returns what the caller of the method receives: the same object; for a plain native promise, the promise derived
 *   from it, which settles one microtask turn later
 */
export function settle(value: unknown, settlement: Settlement): unknown {
	if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
		settlement.done(value);
		return value;
	}
	const then = readThen(value);
	if (typeof then !== 'function') return settleObject(value, settlement);
	if (isPlainPromise(value)) return settlePlainPromise(value, settlement);
	return settleThenable(value, then as AnyFunction, settlement);
}

/**
 * Does what `settle()` does, for the result of an async function: that is known to be a plain native promise, and
 * checking it takes 80 ns. The value of the promise is settled by the same rules, since async methods often return a
 * stream.
 */
export function settlePlainPromise(promise: object, settlement: Settlement): unknown {
	return thenNatively(
		promise,
		(value) => settle(value, settlement),
		(error) => {
			settlement.failed(error);
			throw error;
		},
	);
}

/** Follows an object with a `then` that is no plain native promise. */
function settleThenable(value: object, then: AnyFunction, settlement: Settlement): unknown {
	const settler = settlerFor(value);
	if (settler !== undefined) return settleBy(settler, value, settlement);
	const settleValue = (inner: unknown) => settle(inner, settlement);
	if (types.isPromise(value) && settlesNatively(value, then)) {
		if (!watchPromise(value, settleValue, settlement)) settlement.done(value);
		return value;
	}
	const consumption = new Consumption(settlement, '');
	return returnWatched(value, consumption, watchThenable(value, then, consumption, settleValue));
}

/** Follows an object without a `then`: by a registered settler, by its watched member, or as a stream. */
function settleObject(value: object, settlement: Settlement): unknown {
	const settler = settlerFor(value);
	if (settler !== undefined) return settleBy(settler, value, settlement);
	if (settlement.watch !== undefined) {
		const consumption = new Consumption(settlement, '');
		return returnWatched(value, consumption, watchMember(value, settlement.watch, consumption, settle));
	}
	return settleStream(value, settlement);
}

/** Follows a stream, an iterator, an iterable or an observable. Any other object ends at once. */
function settleStream(value: object, settlement: Settlement): unknown {
	// Streams of Node and of the web are async iterable too, so they are recognized first.
	const { name = 'Object', stream } = prototypeInfoOf(value);
	if (stream !== undefined) {
		if (stream === 'web') {
			const consumption = newConsumption(settlement, name);
			return returnWatched(value, consumption, watchWebStream(value, consumption));
		}
		if (stream === 'response') {
			const body = unreadBody(value);
			if (body === undefined) return settleNow(value, settlement);
			// The finalization registry must hold the settlement itself, because the other one refers to the response.
			const consumption = newConsumption(settlement, name, new ResponseSettlement(settlement, value));
			return returnWatched(value, consumption, watchWebStream(body, consumption), settlement);
		}
		// A stream that is only writable has no chunks to measure.
		const readable = typeof inspect(value, 'read') === 'function';
		const consumption = readable ? newConsumption(settlement, name) : new Consumption(settlement, name);
		return returnWatched(value, consumption, watchNodeStream(value, consumption));
	}
	const asyncIterate = readAsyncIterator(value);
	if (typeof asyncIterate === 'function') {
		const consumption = newConsumption(settlement, name);
		const next = inspect(value, 'next');
		const watched =
			typeof next === 'function'
				? watchIterator(value, next as AnyFunction, consumption, Symbol.asyncIterator, asyncIterate as AnyFunction)
				: watchIterable(value, asyncIterate as AnyFunction, consumption);
		return returnWatched(value, consumption, watched);
	}
	const iterate = readIterator(value);
	if (typeof iterate === 'function') {
		const next = inspect(value, 'next');
		// An iterable that is no iterator (an array, a Map) is a value.
		if (typeof next !== 'function') return settleNow(value, settlement);
		const consumption = newConsumption(settlement, name);
		const watched = watchIterator(value, next as AnyFunction, consumption, Symbol.iterator, iterate as AnyFunction);
		return returnWatched(value, consumption, watched);
	}
	if (!isObservable(value)) return settleNow(value, settlement);
	const subscribe = inspect(value, 'subscribe');
	if (typeof subscribe !== 'function') return settleNow(value, settlement);
	const consumption = newConsumption(settlement, name);
	return returnWatched(value, consumption, watchObservable(value, subscribe as AnyFunction, consumption));
}

/**
 * Returns the consumption of a stream, which is measured if the settlement asks for it.
 *
 * @param reported - the settlement that the consumption reports to, if that is another one
 */
function newConsumption(settlement: Settlement, kind: string, reported: Settlement = settlement): Consumption {
	const timing = settlement.pace?.();
	return new Consumption(reported, kind, timing instanceof StreamTimer ? timing : undefined);
}

/**
 * Returns true if the object has `Symbol.observable` or '@@observable'. RxJS uses the string if nothing has defined the
 * symbol by the time it is loaded.
 */
function isObservable(value: object): boolean {
	const symbol: unknown = (Symbol as { observable?: unknown }).observable;
	if (typeof symbol === 'symbol' && typeof inspect(value, symbol) === 'function') return true;
	return typeof readObservable(value) === 'function';
}

/**
 * Returns the value itself, registered for finalization if it is watched. If it could not be watched, it ends now.
 */
function returnWatched(
	value: object,
	consumption: Consumption,
	watched: boolean,
	settlement = consumption.settlement,
): unknown {
	if (!watched) {
		consumption.timer?.markUnmeasurable();
		return settleNow(value, settlement);
	}
	// The consumption of a member refers to that of the result, which is registered already.
	if (!(settlement instanceof MemberSettlement)) registerFinalization(consumption, settlement);
	return value;
}

/** Ends the result with this value, and returns the value. */
function settleNow(value: unknown, settlement: Settlement): unknown {
	settlement.done(value);
	return value;
}
