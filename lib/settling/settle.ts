import types from 'node:util/types';
import { Consumption } from './common/consumption.js';
import { hold } from './common/finalization.js';
import { factsOf, inspect, readAsyncIterator, readIterator, readObservable, readThen } from './common/inspect.js';
import type { AnyFunction } from './common/override-property.js';
import type { Settlement } from './common/settlement.js';
import { StreamTimer } from './common/stream-timing.js';
import { isPlainPromise, sense, settlesNatively, thenNatively } from './promises/promises.js';
import { hookThenable } from './promises/thenables.js';
import { settleBy, settlerFor } from './settler-registry.js';
import { watchIterable } from './streams/iterables.js';
import { watchIterator } from './streams/iterators.js';
import { watchNodeStream } from './streams/node-streams.js';
import { watchObservable } from './streams/observables.js';
import { watchWebStream } from './streams/web-streams.js';
import { MemberSettlement, watchMember } from './watch-member.js';

/**
 * Follows the result of an invocation to its real end, tells it to the settlement, and answers what the caller of the
 * method gets: the very same object, but for a plain native promise, whose derived one it is, one turn later.
 *
 * A value ends at once. Of an object no more is looked at than its prototypes, `then`, the two iteration symbols, `next`
 * and the two names of `Symbol.observable`, each once and guarded. Never throws.
 */
export function settle(value: unknown, settlement: Settlement): unknown {
	if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
		settlement.done(value);
		return value;
	}
	const then = readThen(value);
	if (typeof then !== 'function') return settleObject(value, settlement);
	if (isPlainPromise(value)) return derive(value, settlement);
	return settleThenable(value, then as AnyFunction, settlement);
}

/**
 * As `settle()`, for what an async function answered: that is a plain native promise, and looking for it takes 80 ns. The
 * value of a promise is settled again by the same rules: an async method that answers a stream is the ordinary case.
 */
export function derive(promise: object, settlement: Settlement): unknown {
	return thenNatively(
		promise,
		(value) => settle(value, settlement),
		(error) => {
			settlement.failed(error);
			throw error;
		},
	);
}

function settleThenable(value: object, then: AnyFunction, settlement: Settlement): unknown {
	const settler = settlerFor(value);
	if (settler !== undefined) return settleBy(settler, value, settlement);
	const settled = (inner: unknown) => settle(inner, settlement);
	if (types.isPromise(value) && settlesNatively(value, then)) {
		if (!sense(value, settled, settlement)) settlement.done(value);
		return value;
	}
	const consumption = new Consumption(settlement, '');
	return open(value, consumption, hookThenable(value, then, consumption, settled));
}

function settleObject(value: object, settlement: Settlement): unknown {
	const settler = settlerFor(value);
	if (settler !== undefined) return settleBy(settler, value, settlement);
	if (settlement.watch !== undefined) {
		const consumption = new Consumption(settlement, '');
		return open(value, consumption, watchMember(value, settlement.watch, consumption, settle));
	}
	return settleStream(value, settlement);
}

function settleStream(value: object, settlement: Settlement): unknown {
	const { name = 'Object', stream } = factsOf(value);
	if (stream !== undefined) {
		if (stream === 'web') {
			const consumption = consume(settlement, name);
			return open(value, consumption, watchWebStream(value, consumption));
		}
		// What is only writable gives no chunks.
		const readable = typeof inspect(value, 'read') === 'function';
		const consumption = readable ? consume(settlement, name) : new Consumption(settlement, name);
		return open(value, consumption, watchNodeStream(value, consumption));
	}
	const asyncIterate = readAsyncIterator(value);
	if (typeof asyncIterate === 'function') {
		const consumption = consume(settlement, name);
		const next = inspect(value, 'next');
		const watched =
			typeof next === 'function'
				? watchIterator(value, next as AnyFunction, consumption, Symbol.asyncIterator, asyncIterate as AnyFunction)
				: watchIterable(value, asyncIterate as AnyFunction, consumption);
		return open(value, consumption, watched);
	}
	const iterate = readIterator(value);
	if (typeof iterate === 'function') {
		const next = inspect(value, 'next');
		if (typeof next !== 'function') return ended(value, settlement);
		const consumption = consume(settlement, name);
		const watched = watchIterator(value, next as AnyFunction, consumption, Symbol.iterator, iterate as AnyFunction);
		return open(value, consumption, watched);
	}
	if (!isObservable(value)) return ended(value, settlement);
	const subscribe = inspect(value, 'subscribe');
	if (typeof subscribe !== 'function') return ended(value, settlement);
	const consumption = consume(settlement, name);
	return open(value, consumption, watchObservable(value, subscribe as AnyFunction, consumption));
}

/** The consumption of a stream, measured where that is wanted. */
function consume(settlement: Settlement, kind: string): Consumption {
	const pace = settlement.pace?.();
	return new Consumption(settlement, kind, pace instanceof StreamTimer ? pace : undefined);
}

/** RxJS falls back to the string where nothing defines `Symbol.observable`, and may have been loaded before it was. */
function isObservable(value: object): boolean {
	const symbol: unknown = (Symbol as { observable?: unknown }).observable;
	if (typeof symbol === 'symbol' && typeof inspect(value, symbol) === 'function') return true;
	return typeof readObservable(value) === 'function';
}

/** Answers the value itself: watched and held for collection, or whole at once where it could not be hooked. */
function open(value: object, consumption: Consumption, watched: boolean): unknown {
	const { settlement } = consumption;
	if (!watched) {
		consumption.pace?.unseen();
		return ended(value, settlement);
	}
	// The consumption of a member keeps that of the whole result alive, which is the one that is held.
	if (!(settlement instanceof MemberSettlement)) hold(consumption, settlement);
	return value;
}

function ended(value: unknown, settlement: Settlement): unknown {
	settlement.done(value);
	return value;
}
