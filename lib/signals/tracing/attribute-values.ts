import type { AttributeValue, Span } from '@opentelemetry/api';
import type { AttributeRecord } from '../../invocation/attributes.js';
import { redactionSettings, redactKeyAtWrite, redactValueAtWrite } from '../../redaction/settings.js';

/** The most characters of the text that is written for an object, and of a bounded text. */
const MAX_TEXT = 4096;

/** The most values of an array that a bounded attribute keeps. */
const MAX_ITEMS = 128;

/** The most characters of a path on a span. */
const MAX_PATH = 256;

/** Returns a path as it is written on a span: cut at 256 characters. */
export function cutPath(path: string): string {
	return path.length > MAX_PATH ? path.slice(0, MAX_PATH) : path;
}

/**
 * Sets the attributes that a callback returned. A value that OpenTelemetry would drop is written as text; null and
 * undefined are left out. Never throws, unless a property of the record does.
 *
 * @param record - what the callback returned; anything but an object sets nothing
 */
export function setAttributes(span: Span, record: unknown): void {
	for (const [key, value] of Object.entries(attributesOf(record))) span.setAttribute(key, value);
}

/**
 * Returns true for an object that describes attributes: any but an array, and an object of a class that has no own
 * members, such as a promise, a Date or a Map.
 */
export function isAttributeRecord(value: unknown): value is AttributeRecord {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	const prototype: unknown = Object.getPrototypeOf(value);
	return prototype === Object.prototype || prototype === null || Object.keys(value).length > 0;
}

/**
 * Returns the attributes that a callback's result describes, without secrets in their keys and values: those of an object,
 * none of anything else.
 */
export function attributesOf(record: unknown): Record<string, AttributeValue> {
	const attributes: Record<string, AttributeValue> = {};
	if (typeof record !== 'object' || record === null) return attributes;
	for (const [key, value] of Object.entries(record as AttributeRecord)) {
		const written = attributeValue(value);
		if (written !== undefined) attributes[redactKeyAtWrite(key)] = redactValueAtWrite(key, written);
	}
	return attributes;
}

/**
 * Returns the same attributes with bounded values: texts of up to 4096 characters, arrays of up to 128 values.
 */
export function boundedAttributesOf(record: AttributeRecord): Record<string, AttributeValue> {
	const attributes = attributesOf(record);
	for (const [key, value] of Object.entries(attributes)) {
		if (typeof value === 'string') attributes[key] = cutText(value);
		else if (Array.isArray(value)) attributes[key] = cutArray(value) as AttributeValue;
	}
	return attributes;
}

/** Returns an array with up to 128 values, and their texts cut. */
function cutArray(array: readonly unknown[]): unknown[] {
	return array.slice(0, MAX_ITEMS).map((item) => (typeof item === 'string' ? cutText(item) : item));
}

/** Returns a value as OpenTelemetry accepts it; undefined for null and undefined. Never throws. */
export function attributeValue(value: unknown): AttributeValue | undefined {
	if (value === null || value === undefined) return undefined;
	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
	if (Array.isArray(value) && isUniform(value)) return value as AttributeValue;
	return asText(value);
}

/** Returns true for arrays of one primitive type. OpenTelemetry's API 1.9 accepts no others. */
function isUniform(array: readonly unknown[]): boolean {
	const kind = typeof array[0];
	return (
		array.length === 0 ||
		((kind === 'string' || kind === 'number' || kind === 'boolean') && array.every((item) => typeof item === kind))
	);
}

/** Returns the text of any value, at most 4096 characters; `[unreadable …]` if a getter or a proxy throws. */
function asText(value: unknown): string {
	try {
		const written = typeof value === 'object' ? (textForm(value) ?? JSON.stringify(value, replacer())) : String(value);
		return cutText(written ?? String(value));
	} catch {
		return `[unreadable ${typeof value}]`;
	}
}

/**
 * Cuts a text. Secrets are removed before, because half a secret would not be recognized.
 *
 * @param max - the most characters of the result
 */
export function cutText(written: string, max = MAX_TEXT): string {
	if (written.length <= max) return written;
	return (redactionSettings().redactor?.text(written) ?? written).slice(0, max);
}

/**
 * Returns the text of an object that has a natural one: dates, errors, regular expressions, URLs. Undefined for others.
 */
function textForm(value: unknown): string | undefined {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
	if (value instanceof Error) return `${value.name}: ${value.message}`;
	if (value instanceof RegExp || value instanceof URL) return String(value);
	return undefined;
}

/**
 * Returns a replacer for `JSON.stringify` that also writes what JSON cannot express (bigint, symbols, functions, Map,
 * Set), and writes an object within itself as `[circular]`.
 */
function replacer(): (this: unknown, key: string, value: unknown) => unknown {
	const ancestors: unknown[] = [];
	return function (this: unknown, _key, value) {
		if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
		if (typeof value !== 'object' || value === null) return value;
		// `this` is the object that holds the value: all below it in the list have been written completely.
		while (ancestors.length > 0 && ancestors.at(-1) !== this) ancestors.pop();
		if (ancestors.includes(value)) return '[circular]';
		ancestors.push(value);
		if (value instanceof Map) return [...value];
		if (value instanceof Set) return [...value];
		return textForm(value) ?? value;
	};
}
