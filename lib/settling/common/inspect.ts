import { Readable, Writable } from 'node:stream';

/** Reads one member of a result; undefined where reading it throws. */
export function inspect(value: object, key: PropertyKey): unknown {
	try {
		return (value as Record<PropertyKey, unknown>)[key];
	} catch {
		return undefined;
	}
}

/**
 * Every result is asked for these four. Written out, because a look under a constant name costs half of one under a
 * variable (92 and 191 ns for the four, over 43 classes).
 */
interface Looked {
	readonly then?: unknown;
	readonly [Symbol.asyncIterator]?: unknown;
	readonly [Symbol.iterator]?: unknown;
	readonly '@@observable'?: unknown;
}

/** As `look(value, 'then')`. */
export function readThen(value: Looked): unknown {
	try {
		return value.then;
	} catch {
		return undefined;
	}
}

/** As `look(value, Symbol.asyncIterator)`. */
export function readAsyncIterator(value: Looked): unknown {
	try {
		return value[Symbol.asyncIterator];
	} catch {
		return undefined;
	}
}

/** As `look(value, Symbol.iterator)`. */
export function readIterator(value: Looked): unknown {
	try {
		return value[Symbol.iterator];
	} catch {
		return undefined;
	}
}

/** As `look(value, '@@observable')`. */
export function readObservable(value: Looked): unknown {
	try {
		return value['@@observable'];
	} catch {
		return undefined;
	}
}

/** What a value's prototype chain says of it, found once per prototype. */
export interface Facts {
	/** The constructor's name, for built-in iterators the prototype's `Symbol.toStringTag`. */
	readonly name: string | undefined;
	/** Which streams it belongs to: Node's, also of another copy (`readable-stream`), or the web's. */
	readonly stream: 'node' | 'web' | undefined;
}

const OF_LITERALS: Facts = { name: 'Object', stream: undefined };
const UNKNOWN: Facts = { name: undefined, stream: undefined };
const byPrototype = new WeakMap<object, Facts>();

/** Looks at the value's prototype chain and at nothing of the value itself; never throws. */
export function factsOf(value: object): Facts {
	try {
		const prototype = Reflect.getPrototypeOf(value);
		if (prototype === Object.prototype) return OF_LITERALS;
		if (prototype === null) return UNKNOWN;
		let facts = byPrototype.get(prototype);
		if (facts === undefined) {
			facts = factsOfChain(prototype);
			byPrototype.set(prototype, facts);
		}
		return facts;
	} catch {
		return UNKNOWN;
	}
}

/**
 * The name of a value's type, as `agentese.result` says it: `null`, the `typeof` of a primitive, `Array`, or the name of
 * the class. Reads nothing of the value; `Object` or `Function` where its prototypes name no class.
 */
export function typeName(value: unknown): string {
	if (value === null) return 'null';
	if (typeof value === 'function') return factsOf(value).name ?? 'Function';
	if (typeof value !== 'object') return typeof value;
	try {
		if (Array.isArray(value)) return 'Array';
	} catch {
		// A revoked proxy.
		return 'object';
	}
	return factsOf(value).name ?? 'Object';
}

/** Prototype chains longer than this are a proxy's work, not a program's. */
const DEEPEST_CHAIN = 64;

function factsOfChain(first: object): Facts {
	let name: string | undefined;
	let stream: Facts['stream'];
	let prototype: object | null = first;
	for (let depth = 0; prototype !== null && depth < DEEPEST_CHAIN; depth++) {
		const here = nameOf(prototype);
		name ??= here;
		stream ??= streamOf(prototype, here);
		prototype = Reflect.getPrototypeOf(prototype);
	}
	return { name, stream };
}

/**
 * The name of the class that a prototype belongs to; for built-in iterators, its `Symbol.toStringTag`. Only descriptors are
 * read: a static `name` may be an accessor of the application.
 */
export function nameOf(prototype: object): string | undefined {
	const cls: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
	if (typeof cls === 'function') return text(cls, 'name');
	return text(prototype, Symbol.toStringTag);
}

function text(owner: object, key: PropertyKey): string | undefined {
	const value: unknown = Reflect.getOwnPropertyDescriptor(owner, key)?.value;
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A class of the application may be called `Readable` too, so the name alone is not believed. */
function streamOf(prototype: object, name: string | undefined): Facts['stream'] {
	if (prototype === Readable.prototype || prototype === Writable.prototype) return 'node';
	if (name === 'Readable' && Object.hasOwn(prototype, 'push') && Object.hasOwn(prototype, 'unshift')) return 'node';
	if (name === 'Writable' && Object.hasOwn(prototype, 'cork') && Object.hasOwn(prototype, 'uncork')) return 'node';
	return name === 'ReadableStream' && Object.hasOwn(prototype, 'getReader') ? 'web' : undefined;
}
