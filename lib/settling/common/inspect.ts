import { Readable, Writable } from 'node:stream';
import { getOwnPropertyDescriptor, getPrototypeOf, hasOwn } from '../../runtime/intrinsics.js';

/** Returns one member of a result; undefined if reading it throws. */
export function inspect(value: object, key: PropertyKey): unknown {
	try {
		return (value as Record<PropertyKey, unknown>)[key];
	} catch {
		return undefined;
	}
}

/**
 * The four members that are read of every result. Each has a function of its own, because reading a property by a
 * constant name costs half of reading it by a variable (92 and 191 ns for the four, over 43 classes).
 */
interface Inspected {
	readonly then?: unknown;
	readonly [Symbol.asyncIterator]?: unknown;
	readonly [Symbol.iterator]?: unknown;
	readonly '@@observable'?: unknown;
}

/** Returns the same as `inspect(value, 'then')`. */
export function readThen(value: Inspected): unknown {
	try {
		return value.then;
	} catch {
		return undefined;
	}
}

/** Returns the same as `inspect(value, Symbol.asyncIterator)`. */
export function readAsyncIterator(value: Inspected): unknown {
	try {
		return value[Symbol.asyncIterator];
	} catch {
		return undefined;
	}
}

/** Returns the same as `inspect(value, Symbol.iterator)`. */
export function readIterator(value: Inspected): unknown {
	try {
		return value[Symbol.iterator];
	} catch {
		return undefined;
	}
}

/** Returns the same as `inspect(value, '@@observable')`. */
export function readObservable(value: Inspected): unknown {
	try {
		return value['@@observable'];
	} catch {
		return undefined;
	}
}

/** What is known of a value from its prototype chain. It is determined once per prototype. */
interface PrototypeInfo {
	/** The name of the constructor; for built-in iterators, the `Symbol.toStringTag` of the prototype. */
	readonly name: string | undefined;
	/**
	 * `node` for a stream of Node, also of another copy (`readable-stream`); `web` for a `ReadableStream`; `response` for a
	 * `Response` of Node; undefined for any other object.
	 */
	readonly stream: 'node' | 'web' | 'response' | undefined;
}

/** The result for object literals, which need no look-up. */
const PLAIN_OBJECT: PrototypeInfo = { name: 'Object', stream: undefined };
/** The result for an object without a prototype, and for a proxy that throws. */
const UNKNOWN: PrototypeInfo = { name: undefined, stream: undefined };

/** The results so far, by prototype. */
const byPrototype = new WeakMap<object, PrototypeInfo>();

/** Returns what is known of a value from its prototype chain. Reads nothing of the value itself. Never throws. */
export function prototypeInfoOf(value: object): PrototypeInfo {
	try {
		const prototype = getPrototypeOf(value);
		if (prototype === Object.prototype) return PLAIN_OBJECT;
		if (prototype === null) return UNKNOWN;
		let info = byPrototype.get(prototype);
		if (info === undefined) {
			info = readPrototypeChain(prototype);
			byPrototype.set(prototype, info);
		}
		return info;
	} catch {
		return UNKNOWN;
	}
}

/**
 * Returns the name of a value's type, as the attribute `agentese.result` reports it: `null`, the `typeof` of a
 * primitive, `Array`, or the name of the class; `Object` or `Function` if its prototypes name no class. Reads nothing
 * of the value itself. Never throws.
 */
export function typeName(value: unknown): string {
	if (value === null) return 'null';
	if (typeof value === 'function') return prototypeInfoOf(value).name ?? 'Function';
	if (typeof value !== 'object') return typeof value;
	try {
		if (Array.isArray(value)) return 'Array';
	} catch {
		// `Array.isArray()` throws for a revoked proxy.
		return 'object';
	}
	return prototypeInfoOf(value).name ?? 'Object';
}

/** The number of prototypes that are read. Only a proxy makes a longer chain. */
const MAX_CHAIN_DEPTH = 64;

/**
 * Reads the chain from its first prototype; the name and the stream are those of the nearest prototype that has one.
 */
function readPrototypeChain(first: object): PrototypeInfo {
	let name: string | undefined;
	let stream: PrototypeInfo['stream'];
	let prototype: object | null = first;
	for (let depth = 0; prototype !== null && depth < MAX_CHAIN_DEPTH; depth++) {
		const className = nameOf(prototype);
		name ??= className;
		stream ??= streamOf(prototype, className);
		prototype = getPrototypeOf(prototype);
	}
	return { name, stream };
}

/**
 * Returns the name of the class that a prototype belongs to; for built-in iterators, its `Symbol.toStringTag`;
 * undefined if it has neither. Only descriptors are read, because a static `name` may be an accessor of the
 * application.
 */
export function nameOf(prototype: object): string | undefined {
	const cls: unknown = getOwnPropertyDescriptor(prototype, 'constructor')?.value;
	if (typeof cls === 'function') return ownStringProperty(cls, 'name');
	return ownStringProperty(prototype, Symbol.toStringTag);
}

/** Returns an own property that is a string and not empty, without calling a getter; else undefined. */
function ownStringProperty(owner: object, key: PropertyKey): string | undefined {
	const value: unknown = getOwnPropertyDescriptor(owner, key)?.value;
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Returns which stream class a prototype is. A class of the application may be named `Readable` too, so two methods are
 * required as well.
 */
function streamOf(prototype: object, name: string | undefined): PrototypeInfo['stream'] {
	if (prototype === Readable.prototype || prototype === Writable.prototype) return 'node';
	if (name === 'Readable' && hasOwn(prototype, 'push') && hasOwn(prototype, 'unshift')) return 'node';
	if (name === 'Writable' && hasOwn(prototype, 'cork') && hasOwn(prototype, 'uncork')) return 'node';
	if (name === 'ReadableStream' && hasOwn(prototype, 'getReader')) return 'web';
	return name === 'Response' && isNodeResponse(prototype) ? 'response' : undefined;
}

/** Returns true for the prototype of Node's own `Response`, not of a class of the application with the same name. */
function isNodeResponse(prototype: object): boolean {
	return ownStringProperty(prototype, Symbol.toStringTag) === 'Response' && hasOwn(prototype, 'body');
}
