import types from 'node:util/types';
import { isCardNumber } from '../../redaction/cards.js';
import { REDACTED } from '../../redaction/marker.js';
import type { Redactor } from '../../redaction/redactor.js';
import { boundText, type Cut } from './bounded-text.js';
import { className, isFlow, readOwnProperty } from './read-own-property.js';
import type { CaptureLimits } from './settings.js';

/** What is kept free in each open container for `"[cut 4294967295 more]",` and the bracket. */
const CLOSING = 32;

/**
 * Writes a value as JSON that parses and has at most so many bytes, whatever the value: what does not fit is replaced
 * by `[cut …]` in its place. Nothing of the value runs: no getter, no `toJSON`, no trap of a proxy, no iterator of its
 * own. Never throws.
 *
 * @param redactor - hides secrets by key, and in texts before these are cut
 */
export function boundedJson(value: unknown, limits: CaptureLimits, redactor: Redactor | undefined): string {
	try {
		return new Writer(limits, redactor).whole(value);
	} catch {
		// The redactor's own function, or a host object that no rule foresees.
		return JSON.stringify(REDACTED);
	}
}

/** Told from the expression itself: its members may be anybody's. */
const SOURCE = Object.getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get;

class Writer {
	readonly #limits: CaptureLimits;
	readonly #redactor: Redactor | undefined;
	readonly #above: object[] = [];
	/** Bytes and values that may still be written; what open containers need to be closed is taken off already. */
	#bytes: number;
	#nodes: number;

	constructor(limits: CaptureLimits, redactor: Redactor | undefined) {
		this.#limits = limits;
		this.#redactor = redactor;
		this.#bytes = limits.bytes;
		this.#nodes = limits.nodes;
	}

	whole(value: unknown): string {
		return this.#write(value) ?? this.#leaf('[cut]') ?? '0';
	}

	/** The JSON of a value; undefined where not even its mark fits. */
	#write(value: unknown): string | undefined {
		if (this.#nodes <= 0) return undefined;
		this.#nodes -= 1;
		switch (typeof value) {
			case 'string':
				return this.#text(value);
			case 'number':
				if (this.#redactor !== undefined && isCardNumber(value)) return this.#leaf(REDACTED);
				return this.#literal(Number.isFinite(value) ? String(value) : JSON.stringify(String(value)));
			case 'boolean':
				return this.#literal(String(value));
			case 'bigint':
				// As a text: JSON's readers lose the digits of such a number.
				return this.#text(String(value));
			case 'undefined':
				return this.#literal('null');
			case 'symbol':
				return this.#text(String(value));
			case 'function':
				return this.#leaf('[function]');
			default:
				return value === null ? this.#literal('null') : this.#object(value as object);
		}
	}

	#object(value: object): string | undefined {
		if (types.isProxy(value)) return this.#leaf('[proxy]');
		if (this.#above.includes(value)) return this.#leaf('[circular]');
		const said = saidOf(value);
		if (said !== undefined) return this.#text(said);
		const name = className(value);
		if (!Array.isArray(value) && isFlow(value)) return this.#leaf(`[${name === 'Object' ? 'iterator' : name}]`);
		if (this.#above.length >= this.#limits.depth) return this.#leaf(`[cut ${Array.isArray(value) ? 'Array' : name}]`);
		this.#above.push(value);
		try {
			if (Array.isArray(value)) return this.#list(value.length, (at) => readOwnProperty(value, at));
			if (types.isMap(value)) return this.#entries(value);
			if (types.isSet(value)) return this.#list(value.size, following(Set.prototype.values.call(value)));
			if (types.isNativeError(value)) return this.#error(value);
			return this.#members(value, name);
		} finally {
			this.#above.pop();
		}
	}

	#list(length: number, at: (index: number) => { value: unknown; getter: boolean }): string | undefined {
		if (!this.#open()) return undefined;
		const parts: string[] = [];
		for (let index = 0; index < length; index++) {
			const before = this.#bytes;
			this.#bytes -= 1;
			const { value, getter } = this.#nodes > 0 ? at(index) : { value: undefined, getter: false };
			const part = getter ? this.#leaf('[getter]') : this.#write(value);
			if (part === undefined) {
				this.#bytes = before;
				parts.push(this.#mark(`"[cut ${length - index} more]"`));
				break;
			}
			parts.push(part);
		}
		this.#bytes += CLOSING - 2;
		return `[${parts.join(',')}]`;
	}

	/** A Map as a list of pairs: its keys may be anything. A pair's value is hidden for the name of its key. */
	#entries(map: Map<unknown, unknown>): string | undefined {
		const next = following(Map.prototype.entries.call(map));
		return this.#list(map.size, (index) => {
			const [key, value] = next(index).value as [unknown, unknown];
			return { value: [key, typeof key === 'string' ? this.#hidden(key, value) : value], getter: false };
		});
	}

	#error(error: Error): string | undefined {
		const message = readOwnProperty(error, 'message').value;
		return this.#text(`${className(error)}: ${typeof message === 'string' ? message : ''}`);
	}

	/** An object's own enumerable members; of a class that has none, its name. */
	#members(value: object, name: string): string | undefined {
		const keys = Object.keys(value);
		if (keys.length === 0 && name !== 'Object') return this.#leaf(`[${name}]`);
		if (!this.#open()) return undefined;
		const parts: string[] = [];
		for (const [index, key] of keys.entries()) {
			const before = this.#bytes;
			const part = this.#member(value, key);
			if (part === undefined) {
				this.#bytes = before;
				parts.push(this.#mark(`"[cut]":"${keys.length - index} more"`));
				break;
			}
			parts.push(part);
		}
		this.#bytes += CLOSING - 2;
		return `{${parts.join(',')}}`;
	}

	#member(value: object, key: string): string | undefined {
		if (this.#nodes <= 0) return undefined;
		const name = JSON.stringify(this.#redactor === undefined ? key : this.#redactor.text(key));
		this.#bytes -= Buffer.byteLength(name) + 2;
		if (this.#bytes <= 0) return undefined;
		const { value: inner, getter } = readOwnProperty(value, key);
		if (getter) return prefixed(name, this.#leaf('[getter]'));
		return prefixed(name, this.#write(this.#hidden(key, inner)));
	}

	#hidden(key: string, value: unknown): unknown {
		const bare = value === undefined || value === null || typeof value === 'boolean' || value === '';
		return !bare && this.#redactor?.namesSecret(key) === true ? REDACTED : value;
	}

	/** Takes what a container needs to be closed; false where there is no room for it. */
	#open(): boolean {
		if (this.#bytes < CLOSING) return false;
		this.#bytes -= CLOSING;
		return true;
	}

	/** What says that more was there: it takes of what was kept free for it. */
	#mark(json: string): string {
		this.#bytes -= json.length + 1;
		return json;
	}

	#text(text: string): string | undefined {
		const cut: Cut = boundText(text, this.#bytes, this.#redactor);
		if (cut.json === undefined) return undefined;
		this.#bytes -= cut.bytes;
		return cut.json;
	}

	/** A mark of ours, which holds nothing of the value but a class's name. */
	#leaf(mark: string): string | undefined {
		return this.#literal(JSON.stringify(mark));
	}

	#literal(json: string): string | undefined {
		const bytes = Buffer.byteLength(json);
		if (bytes > this.#bytes) return undefined;
		this.#bytes -= bytes;
		return json;
	}
}

function prefixed(name: string, json: string | undefined): string | undefined {
	return json === undefined ? undefined : `${name}:${json}`;
}

/** The next value of an iterator of the language's own, for every index once. */
function following(iterator: Iterator<unknown>): (index: number) => { value: unknown; getter: boolean } {
	return () => ({ value: iterator.next().value, getter: false });
}

/** What has one text of its own: dates, expressions, addresses, bytes (their number alone), boxed values. */
function saidOf(value: object): string | undefined {
	if (types.isDate(value)) {
		const time = Date.prototype.getTime.call(value);
		return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
	}
	if (types.isRegExp(value)) return `/${SOURCE?.call(value)}/`;
	if (ArrayBuffer.isView(value)) return `[${className(value)} of ${value.byteLength} bytes]`;
	if (types.isAnyArrayBuffer(value)) return `[${className(value)} of ${value.byteLength} bytes]`;
	if (types.isBoxedPrimitive(value)) return boxed(value);
	if (value instanceof URL && Object.getPrototypeOf(value) === URL.prototype) return URL.prototype.toString.call(value);
	return undefined;
}

function boxed(value: object): string {
	if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
	if (types.isNumberObject(value)) return String(Number.prototype.valueOf.call(value));
	if (types.isBooleanObject(value)) return String(Boolean.prototype.valueOf.call(value));
	return `[${className(value)}]`;
}
