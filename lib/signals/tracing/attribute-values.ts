import type { AttributeValue, Span } from '@opentelemetry/api';
import { redactionSettings, writtenKey, writtenValue } from '../../redaction/settings.js';
import type { AttributeRecord } from './options.js';

/** The longest text that an object becomes. */
const MAX_TEXT = 4096;

/** The longest path on a span. */
const MAX_PATH = 256;

/** A path as a span carries it: cut at 256 characters. */
export function cutPath(path: string): string {
	return path.length > MAX_PATH ? path.slice(0, MAX_PATH) : path;
}

/** Puts attributes on a span. What OpenTelemetry would drop is written as text; null and undefined are left out. */
export function setAttributes(span: Span, record: unknown): void {
	for (const [key, value] of Object.entries(attributesOf(record))) span.setAttribute(key, value);
}

/** The attributes that a callback's answer means; anything but an object means none. */
export function attributesOf(record: unknown): Record<string, AttributeValue> {
	const attributes: Record<string, AttributeValue> = {};
	if (typeof record !== 'object' || record === null) return attributes;
	for (const [key, value] of Object.entries(record as AttributeRecord)) {
		const written = attributeValue(value);
		if (written !== undefined) attributes[writtenKey(key)] = writtenValue(key, written);
	}
	return attributes;
}

/** One value as OpenTelemetry takes it; undefined for null and undefined. */
export function attributeValue(value: unknown): AttributeValue | undefined {
	if (value === null || value === undefined) return undefined;
	if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
	if (Array.isArray(value) && isUniform(value)) return value as AttributeValue;
	return text(value);
}

/** Arrays of one primitive type are attributes; OpenTelemetry's API 1.9 knows no others. */
function isUniform(array: readonly unknown[]): boolean {
	const kind = typeof array[0];
	return (
		array.length === 0 ||
		((kind === 'string' || kind === 'number' || kind === 'boolean') && array.every((item) => typeof item === kind))
	);
}

function text(value: unknown): string {
	try {
		const written = typeof value === 'object' ? (plain(value) ?? JSON.stringify(value, replacer())) : String(value);
		return cut(written ?? String(value));
	} catch {
		return `[unreadable ${typeof value}]`;
	}
}

/** Secrets go before the cut: half of one would not be known any more. */
function cut(written: string): string {
	if (written.length <= MAX_TEXT) return written;
	return (redactionSettings().redactor?.text(written) ?? written).slice(0, MAX_TEXT);
}

/** Objects that have one text of their own. */
function plain(value: unknown): string | undefined {
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
	if (value instanceof Error) return `${value.name}: ${value.message}`;
	if (value instanceof RegExp || value instanceof URL) return String(value);
	return undefined;
}

/** Writes what JSON has no word for, and each object once on its way down. */
function replacer(): (this: unknown, key: string, value: unknown) => unknown {
	const above: unknown[] = [];
	return function (this: unknown, _key, value) {
		if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
		if (typeof value !== 'object' || value === null) return value;
		while (above.length > 0 && above.at(-1) !== this) above.pop();
		if (above.includes(value)) return '[circular]';
		above.push(value);
		if (value instanceof Map) return [...value];
		if (value instanceof Set) return [...value];
		return plain(value) ?? value;
	};
}
