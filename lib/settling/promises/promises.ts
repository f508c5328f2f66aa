import types from 'node:util/types';
import { processState } from '../../runtime/process-state.js';
import type { Settlement } from '../common/settlement.js';

const promiseThen = Promise.prototype.then;

/**
 * Until Node 24 an AsyncLocalStorage that is in use marks every promise with own symbols of these names (Node's
 * `lib/internal/async_hooks.js` and `async_local_storage`); they are no members.
 */
const NODE_MARKS = new Set([
	'async_id_symbol',
	'trigger_async_id_symbol',
	'kResourceStore',
	'resource_symbol',
	'destroyed',
]);

/** True for a native promise of any realm that is no subclass and has no members of its own. */
export function isPlainPromise(value: object): boolean {
	if (!types.isPromise(value)) return false;
	try {
		const prototype = Reflect.getPrototypeOf(value);
		return (prototype === Promise.prototype || isPromisePrototype(prototype)) && hasNoMembers(value);
	} catch {
		return false;
	}
}

/**
 * True where `await` uses the promise itself and calls no `then` of the application: a plain promise with members, or
 * a subclass that inherits the native `then`.
 */
export function settlesNatively(promise: object, then: unknown): boolean {
	if (then === promiseThen) return true;
	try {
		let prototype = Reflect.getPrototypeOf(promise);
		if (isPromisePrototype(prototype)) return true;
		while (prototype !== null && !isPromisePrototype(prototype)) prototype = Reflect.getPrototypeOf(prototype);
		return prototype !== null && Reflect.get(prototype, 'then') === then;
	} catch {
		// A proxy among its prototypes: its `then` is taken for its own.
		return false;
	}
}

/**
 * Calls the native `then` of a promise. Answers the derived promise, which is rejected unhandled exactly when the
 * original would be, as long as `failed` rethrows or is left out.
 */
export function thenNatively(
	promise: object,
	fulfilled: (value: unknown) => unknown,
	failed?: (error: unknown) => unknown,
): unknown {
	return promiseThen.call(promise as Promise<unknown>, fulfilled, failed);
}

/** `Promise.prototype` of this realm or of another: no class of an application has these three traits. */
function isPromisePrototype(prototype: object | null): boolean {
	if (prototype === Promise.prototype) return true;
	if (prototype === null || !Object.hasOwn(prototype, Symbol.toStringTag) || !Object.hasOwn(prototype, 'then')) {
		return false;
	}
	const parent = Reflect.getPrototypeOf(prototype);
	return parent !== null && Reflect.getPrototypeOf(parent) === null;
}

function hasNoMembers(promise: object): boolean {
	const keys = Reflect.ownKeys(promise);
	return keys.length === 0 || keys.every(isNodeMark);
}

function isNodeMark(key: string | symbol): boolean {
	return typeof key === 'symbol' && key.description !== undefined && NODE_MARKS.has(key.description);
}

/** Watches whether anybody but us reacts to a promise that must stay the very object that it is. */
interface Sensor {
	/** True while we subscribe: the native `then` then builds a plain promise and runs no subclass's constructor. */
	subscribing: boolean;
	/** True once somebody read `constructor`, which `await`, `then` and the combinators all do. */
	handled: boolean;
	/** Rejected in the promise's stead, so that Node reports what nobody handled; our own reaction silences the promise. */
	ghost: Promise<never> | undefined;
}

const sensors = processState('settling/promises', () => new WeakMap<object, Sensor>());

/**
 * Learns how a promise settles and leaves it the same object. An unhandled rejection is reported by Node with the same
 * reason, and taken back when it is handled late; the event names another promise.
 *
 * @param settled - told the value; its answer is not used, as the promise cannot be made to give another one
 * @returns false where the promise does not let itself be watched (frozen)
 */
export function sense(promise: object, settled: (value: unknown) => unknown, settlement: Settlement): boolean {
	const sensor = sensors.get(promise) ?? install(promise);
	if (sensor === undefined) return false;
	sensor.subscribing = true;
	try {
		thenNatively(
			promise,
			(value) => void settled(value),
			(error) => {
				settlement.failed(error);
				if (!sensor.handled) sensor.ghost ??= Promise.reject(error);
			},
		);
	} finally {
		sensor.subscribing = false;
	}
	return true;
}

function install(promise: object): Sensor | undefined {
	const sensor: Sensor = { subscribing: false, handled: false, ghost: undefined };
	const own = Reflect.getOwnPropertyDescriptor(promise, 'constructor');
	const defined = Reflect.defineProperty(promise, 'constructor', {
		get(this: unknown): unknown {
			if (sensor.subscribing) return Promise;
			handle(sensor);
			if (own === undefined) return Reflect.get(Reflect.getPrototypeOf(promise) ?? {}, 'constructor', this);
			return own.get === undefined ? own.value : Reflect.apply(own.get, this, []);
		},
		set(value: unknown): void {
			Reflect.defineProperty(promise, 'constructor', { value, writable: true, enumerable: true, configurable: true });
		},
		enumerable: own?.enumerable ?? false,
		configurable: true,
	});
	if (!defined) return undefined;
	sensors.set(promise, sensor);
	return sensor;
}

function handle(sensor: Sensor): void {
	sensor.handled = true;
	if (sensor.ghost === undefined) return;
	thenNatively(sensor.ghost, nothing, nothing);
	sensor.ghost = undefined;
}

function nothing(): void {}
