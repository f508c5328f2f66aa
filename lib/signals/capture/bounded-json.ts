import types from 'node:util/types';
import { namesCard } from '../../redaction/detectors/cards.js';
import { REDACTED } from '../../redaction/detectors/marker.js';
import type { Redactor } from '../../redaction/redactor.js';
import { type BoundedText, boundText } from './bounded-text.js';
import { className, isConsumable, readOwnProperty } from './read-own-property.js';
import type { CaptureLimits } from './settings.js';

/** The bytes that are reserved in each open array or object for `"[cut 4294967295 more]",` and its closing bracket. */
const CLOSING_BYTES = 32;

/**
 * Serializes any value as JSON that parses and has at most `limits.bytes` bytes. A part that does not fit is replaced
 * by `[cut …]`. No code of the value runs: no getter, no `toJSON`, no trap of a proxy, no custom iterator. Never
 * throws.
 *
 * @param limits - how many bytes, nested objects and values are written
 * @param redactor - hides secrets by key, and in strings before they are cut
 */
export function boundedJson(value: unknown, limits: CaptureLimits, redactor: Redactor | undefined): string {
	try {
		return new JsonWriter(limits, redactor).write(value);
	} catch {
		// A custom redaction function threw, or a host object did that no rule foresees.
		return JSON.stringify(REDACTED);
	}
}

/** The getter of `source`, taken from the prototype, because an expression may have a member that shadows it. */
const REGEXP_SOURCE = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get;

/**
 * Writes one value, and counts down the bytes and values that may still be written. Each method that writes returns
 * undefined if not even a marker fits; its caller then returns the bytes that it had deducted, and writes a marker for
 * what is missing.
 */
class JsonWriter {
	readonly #limits: CaptureLimits;
	readonly #redactor: Redactor | undefined;
	/** The objects that are being written, from the outermost one. */
	readonly #ancestors: object[] = [];
	/** The key of the member that is being written, or of one around it that names a card; undefined outside of one. */
	#key: string | undefined;
	/** How many bytes may still be written. The bytes that open containers need to be closed are already deducted. */
	#bytes: number;
	/** How many values may still be written. */
	#nodes: number;

	constructor(limits: CaptureLimits, redactor: Redactor | undefined) {
		this.#limits = limits;
		this.#redactor = redactor;
		this.#bytes = limits.maxBytes;
		this.#nodes = limits.maxValues;
	}

	/** Returns the JSON of a value; at least a cut marker. */
	write(value: unknown): string {
		return this.#value(value) ?? this.#marker('[cut]') ?? '0';
	}

	/** Returns the JSON of a value; undefined if not even a cut marker fits. */
	#value(value: unknown): string | undefined {
		if (this.#nodes <= 0) return undefined;
		this.#nodes -= 1;
		switch (typeof value) {
			case 'string':
				return this.#text(value);
			case 'number':
				if (this.#key !== undefined && this.#redactor?.hides(this.#key, value) === true) return this.#marker(REDACTED);
				return this.#literal(Number.isFinite(value) ? String(value) : JSON.stringify(String(value)));
			case 'boolean':
				return this.#literal(String(value));
			case 'bigint':
				// As a string: readers of JSON lose digits of such a number.
				return this.#text(String(value));
			case 'undefined':
				return this.#literal('null');
			case 'symbol':
				return this.#text(String(value));
			case 'function':
				return this.#marker('[function]');
			default:
				return value === null ? this.#literal('null') : this.#object(value as object);
		}
	}

	/** Writes an object: as text if it has a natural one, as a marker if it must not be read, else its members. */
	#object(value: object): string | undefined {
		// Proxies come first: every other check would run one of their traps.
		if (types.isProxy(value)) return this.#marker('[proxy]');
		if (this.#ancestors.includes(value)) return this.#marker('[circular]');
		const ownText = ownTextOf(value);
		if (ownText !== undefined) return this.#text(ownText);
		const name = className(value);
		if (!Array.isArray(value) && isConsumable(value)) return this.#marker(`[${name === 'Object' ? 'iterator' : name}]`);
		if (this.#ancestors.length >= this.#limits.maxDepth)
			return this.#marker(`[cut ${Array.isArray(value) ? 'Array' : name}]`);
		this.#ancestors.push(value);
		try {
			if (Array.isArray(value)) return this.#list(value.length, (at) => readOwnProperty(value, at));
			if (types.isMap(value)) return this.#entries(value);
			if (types.isSet(value)) return this.#list(value.size, nextValueOf(Set.prototype.values.call(value)));
			if (types.isNativeError(value)) return this.#error(value);
			return this.#members(value, name);
		} finally {
			this.#ancestors.pop();
		}
	}

	/**
	 * Writes an array.
	 *
	 * @param readItem - reads the item at an index; `getter` is true if the item is an accessor, which is not run
	 */
	#list(length: number, readItem: (index: number) => { value: unknown; getter: boolean }): string | undefined {
		if (!this.#reserveClosing()) return undefined;
		const parts: string[] = [];
		for (let index = 0; index < length; index++) {
			// One byte for the comma. If the item does not fit, what was deducted for it is returned.
			const before = this.#bytes;
			this.#bytes -= 1;
			const { value, getter } = this.#nodes > 0 ? readItem(index) : { value: undefined, getter: false };
			const part = getter ? this.#marker('[getter]') : this.#value(value);
			if (part === undefined) {
				this.#bytes = before;
				parts.push(this.#cutMarker(`"[cut ${length - index} more]"`));
				break;
			}
			parts.push(part);
		}
		// Two of the reserved bytes are the brackets; the others are free again.
		this.#bytes += CLOSING_BYTES - 2;
		return `[${parts.join(',')}]`;
	}

	/**
	 * Writes a Map as an array of pairs, because its keys may be anything. A value is hidden if its key names a secret.
	 */
	#entries(map: Map<unknown, unknown>): string | undefined {
		const next = nextValueOf(Map.prototype.entries.call(map));
		return this.#list(map.size, (index) => {
			const [key, value] = next(index).value as [unknown, unknown];
			return { value: [key, typeof key === 'string' ? this.#redacted(key, value) : value], getter: false };
		});
	}

	/** Writes class name and message. The stack is left out, and so is a message that is an accessor. */
	#error(error: Error): string | undefined {
		const message = readOwnProperty(error, 'message').value;
		return this.#text(`${className(error)}: ${typeof message === 'string' ? message : ''}`);
	}

	/** Writes the own enumerable members of an object; the class name if it has none and is no plain object. */
	#members(value: object, name: string): string | undefined {
		const keys = Object.keys(value);
		if (keys.length === 0 && name !== 'Object') return this.#marker(`[${name}]`);
		if (!this.#reserveClosing()) return undefined;
		const parts: string[] = [];
		for (const [index, key] of keys.entries()) {
			const before = this.#bytes;
			const part = this.#member(value, key);
			if (part === undefined) {
				this.#bytes = before;
				parts.push(this.#cutMarker(`"[cut]":"${keys.length - index} more"`));
				break;
			}
			parts.push(part);
		}
		this.#bytes += CLOSING_BYTES - 2;
		return `{${parts.join(',')}}`;
	}

	/** Writes one member; undefined if key or value does not fit. Accessors are not run. */
	#member(value: object, key: string): string | undefined {
		if (this.#nodes <= 0) return undefined;
		const name = JSON.stringify(this.#redactor === undefined ? key : this.#redactor.text(key));
		this.#bytes -= Buffer.byteLength(name) + 2;
		if (this.#bytes <= 0) return undefined;
		const { value: inner, getter } = readOwnProperty(value, key);
		if (getter) return prefixed(name, this.#marker('[getter]'));
		const outer = this.#key;
		this.#key = outer !== undefined && namesCard(outer) ? outer : key;
		const json = this.#value(this.#redacted(key, inner));
		this.#key = outer;
		return prefixed(name, json);
	}

	/** Returns `[redacted]` in place of a value whose key names a secret. */
	#redacted(key: string, value: unknown): unknown {
		return this.#redactor?.hides(key, value) === true ? REDACTED : value;
	}

	/** Reserves the bytes that a container needs to be closed; false if fewer are left. */
	#reserveClosing(): boolean {
		if (this.#bytes < CLOSING_BYTES) return false;
		this.#bytes -= CLOSING_BYTES;
		return true;
	}

	/** Returns a marker for what was cut. Its bytes are part of those that `#reserveClosing` reserved. */
	#cutMarker(json: string): string {
		this.#bytes -= json.length + 1;
		return json;
	}

	/** Writes a string without secrets, cut if it is too long. */
	#text(text: string): string | undefined {
		const bounded: BoundedText = boundText(text, this.#bytes, this.#redactor, this.#key);
		if (bounded.json === undefined) return undefined;
		this.#bytes -= bounded.bytes;
		return bounded.json;
	}

	/** Writes a marker, which holds nothing of the value but the name of its class. */
	#marker(mark: string): string | undefined {
		return this.#literal(JSON.stringify(mark));
	}

	/** Writes JSON as it is, if it fits. */
	#literal(json: string): string | undefined {
		const bytes = Buffer.byteLength(json);
		if (bytes > this.#bytes) return undefined;
		this.#bytes -= bytes;
		return json;
	}
}

/** Returns a member in JSON; undefined if its value did not fit. */
function prefixed(name: string, json: string | undefined): string | undefined {
	return json === undefined ? undefined : `${name}:${json}`;
}

/** Returns a reader that returns the next value of a built-in iterator at each call, whatever the index. */
function nextValueOf(iterator: Iterator<unknown>): (index: number) => { value: unknown; getter: boolean } {
	return () => ({ value: iterator.next().value, getter: false });
}

/**
 * Returns the text of an object that has a natural one: dates, regular expressions, URLs, bytes (only their number),
 * boxed primitives. Undefined for others.
 */
function ownTextOf(value: object): string | undefined {
	if (types.isDate(value)) {
		const time = Date.prototype.getTime.call(value);
		return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
	}
	if (types.isRegExp(value)) return `/${REGEXP_SOURCE?.call(value)}/`;
	if (ArrayBuffer.isView(value)) return `[${className(value)} of ${value.byteLength} bytes]`;
	if (types.isAnyArrayBuffer(value)) return `[${className(value)} of ${value.byteLength} bytes]`;
	if (types.isBoxedPrimitive(value)) return boxedText(value);
	if (value instanceof URL && Object.getPrototypeOf(value) === URL.prototype) return URL.prototype.toString.call(value);
	return undefined;
}

/** Returns the text of a boxed primitive, such as `new String('x')`. */
function boxedText(value: object): string {
	if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
	if (types.isNumberObject(value)) return String(Number.prototype.valueOf.call(value));
	if (types.isBooleanObject(value)) return String(Boolean.prototype.valueOf.call(value));
	return `[${className(value)}]`;
}
