import types from 'node:util/types';
import { className, isFlow } from './read-own-property.js';

/** What `metadata` says of a value: its type, and how much there is of it; nothing that it holds. */
export interface Metadata {
	readonly type: string;
	readonly length?: number;
	readonly size?: number;
	readonly bytes?: number;
	readonly keys?: number;
}

/** The type and the size of a value, told without running anything of it. Never throws. */
export function metadataOf(value: unknown): Metadata {
	if (value === null) return { type: 'null' };
	if (typeof value === 'string') return { type: 'string', length: value.length };
	if (typeof value !== 'object') return { type: typeof value };
	try {
		return ofObject(value);
	} catch {
		return { type: 'object' };
	}
}

function ofObject(value: object): Metadata {
	if (types.isProxy(value)) return { type: 'proxy' };
	if (Array.isArray(value)) return { type: 'Array', length: value.length };
	const type = className(value);
	if (types.isMap(value) || types.isSet(value)) return { type, size: value.size };
	if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return { type, bytes: value.byteLength };
	if (types.isDate(value) || types.isNativeError(value) || isFlow(value)) return { type };
	return { type, keys: Object.keys(value).length };
}
