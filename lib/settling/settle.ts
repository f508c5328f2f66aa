import types from 'node:util/types';
import { warnFault } from '../runtime/log-once.js';
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
import { settlementsOf } from './common/shared-settlement.js';
import { StreamTimer } from './common/stream-timing.js';
import { WatchedResult } from './common/watched-result.js';
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
	try {
		if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
			settlement.done(value);
			return value;
		}
		const then = readThen(value);
		if (typeof then !== 'function') return settleObject(value, settlement);
		if (isPlainPromise(value)) return settlePlainPromise(value, settlement);
		return settleThenable(value, then as AnyFunction, settlement);
	} catch (error) {
		return settleUnfollowed(value, settlement, error);
	}
}

/** Ends a result that could not be followed, and returns it: its caller receives what the method returned. */
function settleUnfollowed(value: unknown, settlement: Settlement, error: unknown): unknown {
	warnFault('Following a result', error);
	try {
		if (!settlement.ended) settlement.done(value);
	} catch {
		// Nothing more can be done for this invocation.
	}
	return value;
}

/**
 * Does what `settle()` does, for the result of an async function: that is known to be a plain native promise, and
 * checking it takes 80 ns. The value of the promise is settled by the same rules, since async methods often return a
 * stream.
 */
export function settlePlainPromise(promise: object, settlement: Settlement): unknown {
	try {
		return thenNatively(
			promise,
			(value) => settle(value, settlement),
			(error) => {
				reportFailed(settlement, error);
				throw error;
			},
		);
	} catch (error) {
		return settleUnfollowed(promise, settlement, error);
	}
}

/** Reports that a result failed. Never throws. */
function reportFailed(settlement: Settlement, error: unknown): void {
	try {
		settlement.failed(error);
	} catch (fault) {
		warnFault('Reporting a failure', fault);
	}
}

/** Follows an object with a `then` that is no plain native promise. */
function settleThenable(value: object, then: AnyFunction, settlement: Settlement): unknown {
	const settler = settlerFor(value);
	if (settler !== undefined) return settleBy(settler, value, settlement);
	if (types.isPromise(value) && settlesNatively(value, then)) {
		if (!watchPromise(value, (inner) => settle(inner, settlement), settlement)) settlement.done(value);
		return value;
	}
	return follow(value, settlement, (result) => watchThenable(value, then, result, settle), '', { repeatable: true });
}

/** Follows an object without a `then`: by a registered settler, by its watched member, or as a stream. */
function settleObject(value: object, settlement: Settlement): unknown {
	const settler = settlerFor(value);
	if (settler !== undefined) return settleBy(settler, value, settlement);
	const { watch } = settlement;
	if (watch !== undefined) return follow(value, settlement, (result) => watchMember(value, watch, result, settle), '');
	return settleStream(value, settlement);
}

/** Follows a stream, an iterator, an iterable or an observable. Any other object ends at once. */
function settleStream(value: object, settlement: Settlement): unknown {
	// Streams of Node and of the web are async iterable too, so they are recognized first.
	const { name = 'Object', stream } = prototypeInfoOf(value);
	if (stream !== undefined) return settleNamedStream(value, settlement, name, stream);
	const asyncIterate = readAsyncIterator(value);
	if (typeof asyncIterate === 'function') {
		const iterate = asyncIterate as AnyFunction;
		const next = inspect(value, 'next');
		if (typeof next !== 'function') {
			const watch = (result: WatchedResult) => watchIterable(value, iterate, result);
			return follow(value, settlement, watch, name, { measured: true, repeatable: true });
		}
		const watch = (result: WatchedResult) =>
			watchIterator(value, next as AnyFunction, result, Symbol.asyncIterator, iterate);
		return follow(value, settlement, watch, name, { measured: true });
	}
	const iterate = readIterator(value);
	if (typeof iterate === 'function') {
		const next = inspect(value, 'next');
		// An iterable that is no iterator (an array, a Map) is a value.
		if (typeof next !== 'function') return settleNow(value, settlement);
		const watch = (result: WatchedResult) =>
			watchIterator(value, next as AnyFunction, result, Symbol.iterator, iterate as AnyFunction);
		return follow(value, settlement, watch, name, { measured: true });
	}
	if (!isObservable(value)) return settleNow(value, settlement);
	const subscribe = inspect(value, 'subscribe');
	if (typeof subscribe !== 'function') return settleNow(value, settlement);
	const watch = (result: WatchedResult) => watchObservable(value, subscribe as AnyFunction, result);
	return follow(value, settlement, watch, name, { measured: true, repeatable: true });
}

/** Follows a stream of Node, a web stream, or the body of a `Response`. */
function settleNamedStream(
	value: object,
	settlement: Settlement,
	name: string,
	stream: 'node' | 'web' | 'response',
): unknown {
	if (stream === 'web') {
		return follow(value, settlement, (result) => watchWebStream(value, result), name, { measured: true });
	}
	if (stream === 'response') {
		const body = unreadBody(value);
		if (body === undefined) return settleNow(value, settlement);
		const watch = (result: WatchedResult) => watchWebStream(body, result);
		// The finalization registry must hold the settlement itself, because the other one refers to the response.
		const options = { measured: true, registered: settlement };
		follow(body, new ResponseSettlement(settlement, value), watch, name, options);
		return value;
	}
	// A stream that is only writable has no chunks to measure.
	const readable = typeof inspect(value, 'read') === 'function';
	const consumption = new Consumption(settlement, name, readable ? timerOf(settlement) : undefined);
	return returnWatched(value, consumption, watchNodeStream(value, consumption));
}

/** How a result is followed. */
interface FollowOptions {
	/** True if it is a stream, whose chunks are measured. @default false */
	readonly measured?: boolean;
	/** True if it can be consumed several times. @default false */
	readonly repeatable?: boolean;
	/** The settlement that ends as abandoned if nobody can consume the result. @default the one that is reported to */
	readonly registered?: Settlement;
}

/**
 * Overrides the members of a result, or joins the invocations that returned the same object before. Returns the object.
 *
 * @param watch - overrides the members; returns false if that is not possible
 * @param kind - the kind of the stream; empty if the result is none
 */
function follow(
	value: object,
	settlement: Settlement,
	watch: (result: WatchedResult) => boolean,
	kind: string,
	{ measured = false, repeatable = false, registered = settlement }: FollowOptions = {},
): unknown {
	const timer = measured ? timerOf(settlement) : undefined;
	const known = WatchedResult.of(value, settlement.watch);
	if (known !== undefined) return returnWatched(value, known.join(settlement, timer), true, registered);
	const consumption = new Consumption(settlement, kind, timer);
	const result = new WatchedResult(consumption, settlement.watch, repeatable);
	const watched = watch(result);
	if (watched) result.remember(value);
	return returnWatched(value, consumption, watched, watched ? registered : settlement);
}

/** Returns what measures a stream; undefined if the settlement does not ask for it. */
function timerOf(settlement: Settlement): StreamTimer | undefined {
	const timing = settlement.pace?.();
	return timing instanceof StreamTimer ? timing : undefined;
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
	for (const open of settlementsOf(settlement)) {
		if (!(open instanceof MemberSettlement)) registerFinalization(consumption, open);
	}
	return value;
}

/** Ends the result with this value, and returns the value. */
function settleNow(value: unknown, settlement: Settlement): unknown {
	settlement.done(value);
	return value;
}
