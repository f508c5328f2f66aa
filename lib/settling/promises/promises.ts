import types from 'node:util/types';
import {
	apply,
	defineProperty,
	getOwnPropertyDescriptor,
	getPrototypeOf,
	hasOwn,
	ownKeys,
	get as reflectGet,
} from '../../runtime/intrinsics.js';
import { warnFault } from '../../runtime/log-once.js';
import { processState } from '../../runtime/process-state.js';
import type { Settlement } from '../common/settlement.js';

/** The native `then` of this realm, as it is before the application can replace it. */
const promiseThen = Promise.prototype.then;

/**
 * The descriptions of the symbols that Node itself sets on promises. Until Node 24 an AsyncLocalStorage that is in use
 * does so on every promise (Node's `lib/internal/async_hooks.js` and `async_local_storage`). They do not count as
 * members.
 */
const NODE_ASYNC_HOOK_SYMBOLS = new Set([
	'async_id_symbol',
	'trigger_async_id_symbol',
	'kResourceStore',
	'resource_symbol',
	'destroyed',
]);

/**
 * Returns true for a native promise of any realm that is no instance of a subclass and has no own members. Never
 * throws.
 */
export function isPlainPromise(value: object): boolean {
	if (!types.isPromise(value)) return false;
	try {
		const prototype = getPrototypeOf(value);
		return (prototype === Promise.prototype || isPromisePrototype(prototype)) && hasNoMembers(value);
	} catch {
		return false;
	}
}

/**
 * Returns true if `await` uses the promise itself and calls no `then` of the application: a native promise with own
 * members, or an instance of a subclass that inherits the native `then`. Never throws.
 *
 * @param then - the value of the promise's `then`, which was read already
 */
export function settlesNatively(promise: object, then: unknown): boolean {
	if (then === promiseThen) return true;
	try {
		let prototype = getPrototypeOf(promise);
		if (isPromisePrototype(prototype)) return true;
		while (prototype !== null && !isPromisePrototype(prototype)) prototype = getPrototypeOf(prototype);
		return prototype !== null && reflectGet(prototype, 'then') === then;
	} catch {
		// A proxy in the prototype chain: its `then` counts as one of the application.
		return false;
	}
}

/**
 * Calls the native `then` of a promise, and returns the derived promise. That is reported as an unhandled rejection
 * exactly if the original would be, as long as `failed` rethrows or is omitted.
 */
export function thenNatively(
	promise: object,
	fulfilled: (value: unknown) => unknown,
	failed?: (error: unknown) => unknown,
): unknown {
	return apply(promiseThen, promise, [fulfilled, failed]);
}

/**
 * Returns true for `Promise.prototype` of this realm or of another one, which is recognized by three traits: it owns a
 * `Symbol.toStringTag`, it owns a `then`, and it inherits from `Object.prototype` directly.
 */
function isPromisePrototype(prototype: object | null): boolean {
	if (prototype === Promise.prototype) return true;
	if (prototype === null || !hasOwn(prototype, Symbol.toStringTag) || !hasOwn(prototype, 'then')) {
		return false;
	}
	const parent = getPrototypeOf(prototype);
	return parent !== null && getPrototypeOf(parent) === null;
}

/** Returns true if the promise has no own properties but those that Node sets. */
function hasNoMembers(promise: object): boolean {
	const keys = ownKeys(promise);
	return keys.length === 0 || keys.every(isAsyncHookSymbol);
}

function isAsyncHookSymbol(key: string | symbol): boolean {
	return typeof key === 'symbol' && key.description !== undefined && NODE_ASYNC_HOOK_SYMBOLS.has(key.description);
}

/**
 * Whether the application handles a watched promise: the toolkit's copy of `[[PromiseIsHandled]]`, which the toolkit's
 * own reaction sets. It is determined by an own `constructor` getter on the promise.
 */
interface HandledState {
	/**
	 * True while the toolkit calls `then`: the getter then returns `Promise`, so that the native `then` creates a plain
	 * promise and calls no constructor of a subclass.
	 */
	subscribing: boolean;
	/** True once the application read `constructor`, which `await`, `then` and the combinators all do. */
	handled: boolean;
	/**
	 * A promise that is rejected with the same reason, so that Node reports the unhandled rejection: the toolkit's own
	 * reaction marks the watched promise as handled.
	 */
	substitute: Promise<never> | undefined;
}

/** The state of each watched promise. A promise that several invocations return is watched once. */
const handledStates = processState('settling/promises', () => new WeakMap<object, HandledState>());

/**
 * Watches how a promise settles; the application keeps the same object. Node reports an unhandled rejection with the
 * same reason, and withdraws it (`rejectionHandled`) if it is handled late; only the promise of these events is another
 * one.
 *
 * @param settled - called with the value. What it returns is not used, because the value of the promise cannot be
 *   replaced.
 * @returns false if the promise cannot be watched (frozen)
 */
export function watchPromise(promise: object, settled: (value: unknown) => unknown, settlement: Settlement): boolean {
	const state = handledStates.get(promise) ?? watchHandling(promise);
	if (state === undefined) return false;
	state.subscribing = true;
	try {
		thenNatively(
			promise,
			(value) => void settled(value),
			(error) => {
				try {
					settlement.failed(error);
				} catch (fault) {
					warnFault('Reporting a failure', fault);
				}
				if (!state.handled) state.substitute ??= rejectedWith(error);
			},
		);
	} finally {
		state.subscribing = false;
	}
	return true;
}

/**
 * Defines the `constructor` getter by which handling is recognized. It returns what the promise's `constructor` was.
 *
 * @returns undefined if the property cannot be defined
 */
function watchHandling(promise: object): HandledState | undefined {
	const state: HandledState = { subscribing: false, handled: false, substitute: undefined };
	const own = getOwnPropertyDescriptor(promise, 'constructor');
	const defined = defineProperty(promise, 'constructor', {
		get(this: unknown): unknown {
			if (state.subscribing) return Promise;
			markHandled(state);
			if (own === undefined) return reflectGet(getPrototypeOf(promise) ?? {}, 'constructor', this);
			return own.get === undefined ? own.value : apply(own.get, this, []);
		},
		set(value: unknown): void {
			defineProperty(promise, 'constructor', { value, writable: true, enumerable: true, configurable: true });
		},
		enumerable: own?.enumerable ?? false,
		configurable: true,
	});
	if (!defined) return undefined;
	handledStates.set(promise, state);
	return state;
}

/** Returns a promise that is rejected. It uses no function that an application may have replaced. */
async function rejectedWith(error: unknown): Promise<never> {
	throw error;
}

/** Records that the application handles the promise, and marks the substitute as handled too. */
function markHandled(state: HandledState): void {
	state.handled = true;
	if (state.substitute === undefined) return;
	thenNatively(state.substitute, noop, noop);
	state.substitute = undefined;
}

function noop(): void {}
