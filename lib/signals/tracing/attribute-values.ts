import types from 'node:util/types';
import type { AttributeValue, Span } from '@opentelemetry/api';
import type { AttributeRecord } from '../../invocation/attributes.js';
import { redactionSettings, redactKeyAtWrite, redactValueAtWrite } from '../../redaction/settings.js';
import { boundedJson } from '../capture/bounded-json.js';

/** The most characters of the text that is written for an object, and of a bounded text. */
const MAX_TEXT = 4096;

/** The most characters of an attribute that is a text: a text of megabytes blocks the process, and no backend keeps it. */
const MAX_STRING = 65_536;

/** The most values of an array that is kept as one; a longer array is written as a bounded text. */
const MAX_ARRAY = 1024;

/** How much of an object is read for its text. */
const OBJECT_LIMITS = { maxBytes: MAX_TEXT, maxDepth: 16, maxValues: 2000 };

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

/**
 * Returns a value as OpenTelemetry accepts it; undefined for null and undefined. A text is cut at 65,536 characters; an
 * array of more than 1,024 values, an array of several types and an object become a text of at most 4,096 characters. No
 * more is read than is written. Never throws.
 */
export function attributeValue(value: unknown): AttributeValue | undefined {
	if (value === null || value === undefined) return undefined;
	if (typeof value === 'string') return cutAtBlank(value, MAX_STRING);
	if (typeof value === 'number' || typeof value === 'boolean') return value;
	if (Array.isArray(value) && value.length <= MAX_ARRAY && isUniform(value)) return value as AttributeValue;
	return asText(value);
}

/** How far back a blank is looked for, in characters. */
const MAX_PART = 1024;

/**
 * Cuts a text that is too long, and appends how many characters are missing. It is cut at a blank, so that no part of a
 * secret is left by which it would not be recognized.
 *
 * @param max - the most characters that are kept
 */
export function cutAtBlank(text: string, max: number): string {
	if (text.length <= max) return text;
	let end = max;
	while (end > max - MAX_PART && !/\s/.test(text.charAt(end - 1))) end--;
	return `${text.slice(0, end)}…[cut ${text.length - end} characters]`;
}

/** Returns true for arrays of one primitive type, with gaps of null or undefined. OpenTelemetry's API accepts no others. */
function isUniform(array: readonly unknown[]): boolean {
	let kind: string | undefined;
	for (const item of array) {
		if (item === null || item === undefined) continue;
		kind ??= typeof item;
		if (typeof item !== kind) return false;
	}
	return kind === undefined || kind === 'string' || kind === 'number' || kind === 'boolean';
}

/** Returns the text of any value, at most 4096 characters; `[unreadable …]` if a getter or a proxy throws. */
function asText(value: unknown): string {
	try {
		if (typeof value !== 'object' || value === null) return cutText(String(value));
		const text = textForm(value);
		if (text !== undefined) return cutText(text);
		const json = boundedJson(jsonFormOf(value), OBJECT_LIMITS, redactionSettings().redactor);
		// A marker, or what `toJSON` returned: a text is written without quotation marks.
		return json.startsWith('"') ? String(JSON.parse(json)) : json;
	} catch {
		return `[unreadable ${typeof value}]`;
	}
}

/**
 * Returns what the `toJSON` of an object returns; the object itself if it has none, or is made of bytes. Of a proxy, such
 * as a reactive object, the members are copied first.
 */
function jsonFormOf(value: object): unknown {
	if (ArrayBuffer.isView(value)) return value;
	const { toJSON } = value as { toJSON?: unknown };
	if (typeof toJSON === 'function') return Reflect.apply(toJSON, value, ['']);
	if (!types.isProxy(value)) return value;
	return Array.isArray(value) ? value.slice(0, MAX_ARRAY) : { ...value };
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
