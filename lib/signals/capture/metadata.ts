import types from 'node:util/types';
import { className, isConsumable } from './read-own-property.js';

/** What capture `metadata` writes of a value: its type and its size, and nothing of its content. */
export interface Metadata {
	/** The class name of an object, `proxy`, `null`, or what `typeof` returns. */
	readonly type: string;
	/** The number of characters of a string, or of items of an array. */
	readonly length?: number;
	/** The number of entries of a Map or a Set. */
	readonly size?: number;
	/** The number of bytes of a buffer or a view on one. */
	readonly bytes?: number;
	/** The number of own enumerable members of any other object. */
	readonly keys?: number;
}

/** Returns the type and the size of a value. No code of the value runs. Never throws. */
export function metadataOf(value: unknown): Metadata {
	if (value === null) return { type: 'null' };
	if (typeof value === 'string') return { type: 'string', length: value.length };
	if (typeof value !== 'object') return { type: typeof value };
	try {
		return metadataOfObject(value);
	} catch {
		return { type: 'object' };
	}
}

/** Returns the metadata of an object. Throws only if a host object does. */
function metadataOfObject(value: object): Metadata {
	if (types.isProxy(value)) return { type: 'proxy' };
	if (Array.isArray(value)) return { type: 'Array', length: value.length };
	const type = className(value);
	if (types.isMap(value) || types.isSet(value)) return { type, size: value.size };
	if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return { type, bytes: value.byteLength };
	if (types.isDate(value) || types.isNativeError(value) || isConsumable(value)) return { type };
	return { type, keys: Object.keys(value).length };
}
