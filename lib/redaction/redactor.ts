import type { ConstantAttributes } from './constant-attributes.js';
import { isCardNumber, namesCard } from './detectors/cards.js';
import { REDACTED } from './detectors/marker.js';
import { redactText } from './detectors/text.js';
import { isStatus } from './detectors/values.js';
import { namesScheme, namesSecret } from './keys.js';
import { keyMatcher, type RedactRules, valueRedactor } from './rules.js';

/** Values nested deeper than this are replaced: no value that OpenTelemetry encodes is nested so deep. */
const MAX_DEPTH = 32;

/** The most keys that are cached. Applications use some hundred; one that generates keys must not fill the memory. */
const MAX_KEYS = 4096;

/** What the redactor found out about a key. */
interface Key {
	/** Whether the key names a secret, so that its values are replaced. */
	readonly secret: boolean;
	/** Whether it names one by `auth` or `bearer` alone: a value that is a word is kept then. */
	readonly scheme: boolean;
	/** Whether the key names a payment card, so that a number of such a form is replaced. */
	readonly card: boolean;
	/** The key itself, redacted. */
	readonly name: string;
}

/**
 * Replaces secrets in texts, values and records. Every method returns its very argument if there is nothing to redact,
 * so that a caller can tell by one comparison whether it needs a copy; arguments are never changed. Methods throw only
 * what the custom function `RedactRules.replace` throws.
 */
export class Redactor {
	/** Returns whether a custom rule names the key; undefined if there is no such rule. */
	readonly #isCustomSecret: ((key: string) => boolean) | undefined;
	/** Returns whether a custom rule exempts the key; undefined if there is no such rule. */
	readonly #isExempt: ((key: string) => boolean) | undefined;
	/** Redacts what the custom rules about values match; undefined if there is no such rule. */
	readonly #redactValues: ((text: string) => string) | undefined;
	/** The custom function that is called last. */
	readonly #replace: RedactRules['replace'];
	/** The known keys; emptied if it reaches `MAX_KEYS`. */
	readonly #keys = new Map<string, Key>();
	/** The objects that enclose the value that is being redacted, outermost first: a circular reference is replaced. */
	readonly #ancestors: object[] = [];
	/** The method `namesSecret` as a bound function, which the scanners of texts call. */
	readonly #isSecret = (key: string) => this.namesSecret(key);

	/** @param rules - custom rules beside the built-in detectors. @default none */
	constructor(rules: RedactRules = {}) {
		this.#isCustomSecret = keyMatcher(rules.keys);
		this.#isExempt = keyMatcher(rules.allow);
		this.#redactValues = valueRedactor(rules.values);
		this.#replace = rules.replace;
	}

	/** Whether a custom function is called for each value, so that no result may be reused. */
	get hasCustomFunction(): boolean {
		return this.#replace !== undefined;
	}

	/** Returns whether the key names a secret, by the custom rules and the built-in list of words. */
	namesSecret(key: string): boolean {
		if (this.#isCustomSecret?.(key) === true) return true;
		return namesSecret(key) && this.#isExempt?.(key) !== true;
	}

	/** Returns whether a value is replaced because of its key: the key names a secret, or a card and the value is one. */
	hides(key: string, value: unknown): boolean {
		const known = this.#key(key);
		switch (typeof value) {
			case 'string':
				return isSecretText(known, value);
			case 'number':
			case 'bigint':
				return known.secret || (known.card && isCardNumber(value));
			case 'boolean':
			case 'undefined':
				return false;
			default:
				return known.secret && value !== null;
		}
	}

	/**
	 * Redacts a text by the built-in detectors and the rules about values, without the custom function.
	 *
	 * @param key - the key whose value it is: a number of a payment card is one if its key names a card. @default none
	 */
	text(text: string, key?: string): string {
		return this.#text(text, key !== undefined && this.#key(key).card);
	}

	/**
	 * Redacts a text.
	 *
	 * @param card - whether it is the value of a key that names a payment card
	 */
	#text(text: string, card: boolean): string {
		const redacted = redactText(text, this.#isSecret, card);
		return this.#redactValues === undefined ? redacted : this.#redactValues(redacted);
	}

	/**
	 * Redacts a text that is not an attribute's value.
	 *
	 * @param key - what the custom function receives as the key: `name`, `status.message`
	 */
	namedText(key: string, text: string): string {
		const redacted = this.text(text);
		return this.#replace === undefined ? redacted : String(this.#applyCustom(key, redacted));
	}

	/** Redacts secrets within a key itself. */
	key(key: string): string {
		return this.#key(key).name;
	}

	/** Redacts a value: replaces it if its key names a secret, else replaces the secrets within it. */
	value(key: string, value: unknown): unknown {
		const known = this.#key(key);
		const redacted = this.#value(known, value, 0, known.card);
		return this.#replace === undefined ? redacted : this.#applyCustom(key, redacted);
	}

	/** Redacts the keys and values of attributes, or of any other record. */
	record<T extends object>(record: T): T {
		return this.#record(record, 0, this.#replace !== undefined, false) as T;
	}

	/**
	 * Returns whether there is nothing to redact in a record. Inspects each constant attribute once only. Returns false
	 * if there is a custom function, which must be called for every value, and for a record with nested values.
	 *
	 * @param constants - attributes that were inspected before; those whose value in the record is another one are
	 * inspected again
	 */
	isClean(record: Readonly<Record<string, unknown>>, constants?: ConstantAttributes): boolean {
		if (this.hasCustomFunction) return false;
		// A custom function was ruled out above, so that the result for the constants holds for every record.
		const clean = constants?.areClean(this) === true ? constants.attributes : undefined;
		for (const key in record) {
			const value = record[key];
			if (clean !== undefined && clean[key] === value) continue;
			const known = this.#key(key);
			if (known.name !== key || typeof value === 'object') return false;
			if (this.#value(known, value, 0, known.card) !== value) return false;
		}
		return true;
	}

	/** Returns what is known of a key; inspects it at its first use. */
	#key(key: string): Key {
		const known = this.#keys.get(key);
		if (known !== undefined) return known;
		const secret = this.namesSecret(key);
		const scheme = secret && namesScheme(key) && this.#isCustomSecret?.(key) !== true;
		const inspected = { secret, scheme, card: namesCard(key), name: this.text(key) };
		if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
		this.#keys.set(key, inspected);
		return inspected;
	}

	/**
	 * Redacts a record.
	 *
	 * @param depth - how many objects enclose it
	 * @param custom - whether to call the custom function for each value; it is called for the outermost record only
	 * @param card - whether the key of this record, or of one that encloses it, names a payment card
	 */
	#record(record: object, depth: number, custom: boolean, card: boolean): object {
		let copy: Record<string, unknown> | undefined;
		for (const key in record) {
			const value = (record as Record<string, unknown>)[key];
			const known = this.#key(key);
			let redacted = this.#value(known, value, depth, card || known.card);
			if (custom) redacted = this.#applyCustom(key, redacted);
			if (redacted === value && known.name === key) continue;
			// The record is copied at the first change only, and never changed itself.
			copy ??= { ...record };
			if (known.name !== key) delete copy[key];
			copy[known.name] = redacted;
		}
		return copy ?? record;
	}

	/** Redacts a value of any type, without the custom function. */
	#value(key: Key, value: unknown, depth: number, card: boolean): unknown {
		switch (typeof value) {
			case 'string':
				return isSecretText(key, value) ? REDACTED : this.#text(value, card);
			case 'number':
			case 'bigint':
				return key.secret || (card && isCardNumber(value)) ? REDACTED : value;
			case 'object':
				return value === null ? value : this.#object(key, value, depth + 1, card);
			default:
				return value;
		}
	}

	/** Redacts an array, bytes or a nested record; replaces one that is nested too deep or contains itself. */
	#object(key: Key, value: object, depth: number, card: boolean): unknown {
		if (depth > MAX_DEPTH || this.#ancestors.includes(value)) return REDACTED;
		if (key.secret && !Array.isArray(value)) return REDACTED;
		if (ArrayBuffer.isView(value)) return this.#bytes(value);
		this.#ancestors.push(value);
		try {
			return Array.isArray(value) ? this.#array(key, value, depth, card) : this.#record(value, depth, false, card);
		} finally {
			this.#ancestors.pop();
		}
	}

	/** Redacts the items of an array. An item after a flag such as `--api-key` is the flag's value: a command line. */
	#array(key: Key, array: readonly unknown[], depth: number, card: boolean): unknown {
		let copy: unknown[] | undefined;
		for (let at = 0; at < array.length; at++) {
			const item = array[at];
			const flag: unknown = array[at - 1];
			const secret = key.secret || (typeof flag === 'string' && this.#isFlag(flag) && typeof item === 'string');
			const redacted = this.#value(secret ? { ...key, secret } : key, item, depth, card);
			if (redacted === item) continue;
			copy ??= [...array];
			copy[at] = redacted;
		}
		return copy ?? array;
	}

	/** Returns whether the text is a flag such as `--api-key`, whose secret is the next argument of a command line. */
	#isFlag(text: string): boolean {
		return text.startsWith('--') && !text.includes('=') && this.#key(text).secret;
	}

	/** Replaces bytes if they contain a secret as text. */
	#bytes(bytes: ArrayBufferView): unknown {
		const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
		return this.text(text) === text ? bytes : REDACTED;
	}

	/** Returns the custom function's result if it is the same value or a valid attribute value, else the marker. */
	#applyCustom(key: string, value: unknown): unknown {
		const result = this.#replace?.(key, value);
		return result !== undefined && (result === value || isAttributeValue(result)) ? result : REDACTED;
	}
}

/** Returns whether the value may be an attribute's: a string, a number, a boolean, or an array of these. */
function isAttributeValue(value: unknown): boolean {
	if (Array.isArray(value)) return value.every((item) => typeof item !== 'object' && isAttributeValue(item));
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A value of letters alone: a word, and no credential. */
const WORD = /^\p{L}{1,16}$/u;

/** Returns whether a text is a secret because of its key. */
function isSecretText({ secret, scheme }: Key, value: string): boolean {
	return secret && value !== '' && !isStatus(value) && !(scheme && WORD.test(value));
}
