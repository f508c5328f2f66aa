import { isCard, isCardNumber } from './cards.js';
import type { Constants } from './constants.js';
import { namesSecret } from './keys.js';
import { REDACTED } from './marker.js';
import { keyMatcher, type RedactRules, valueReplacer } from './rules.js';
import { withoutShapes } from './text.js';

/** Deeper than this is hidden: nothing that OpenTelemetry encodes is so deep. */
const MAX_DEPTH = 32;

/** Applications have some hundred keys; one that makes them up must not fill the memory. */
const MAX_KEYS = 4096;

/** What is known of a key: whether it names a secret, and how it is written itself. */
interface Key {
	readonly secret: boolean;
	readonly name: string;
}

/**
 * Hides secrets. All answers are the very thing that was given where there is nothing to hide, so that a caller sees
 * with one comparison whether it needs a copy. Throws only where the rules' own function does.
 */
export class Redactor {
	readonly #own: ((key: string) => boolean) | undefined;
	readonly #kept: ((key: string) => boolean) | undefined;
	readonly #replace: ((text: string) => string) | undefined;
	readonly #with: RedactRules['with'];
	readonly #keys = new Map<string, Key>();
	/** The objects that are being looked at, from the outermost one: what holds itself is hidden. */
	readonly #above: object[] = [];
	readonly #isSecret = (key: string) => this.namesSecret(key);

	constructor(rules: RedactRules = {}) {
		this.#own = keyMatcher(rules.keys);
		this.#kept = keyMatcher(rules.keep);
		this.#replace = valueReplacer(rules.values);
		this.#with = rules.with;
	}

	/** True where a function of somebody's own has the last word on each value. */
	get asks(): boolean {
		return this.#with !== undefined;
	}

	/** True where the key's name is that of a secret. */
	namesSecret(key: string): boolean {
		if (this.#own?.(key) === true) return true;
		return namesSecret(key) && this.#kept?.(key) !== true;
	}

	/** A text without the secrets in it, by the detectors and the rules about values. */
	text(text: string): string {
		const found = withoutShapes(text, this.#isSecret);
		return this.#replace === undefined ? found : this.#replace(found);
	}

	/** The text of something that is no attribute: `name`, `status.message`. */
	named(key: string, text: string): string {
		const found = this.text(text);
		return this.#with === undefined ? found : String(this.#last(key, found));
	}

	/** A key without the secrets in it. */
	key(key: string): string {
		return this.#key(key).name;
	}

	/** One value under its key: hidden whole where the key names a secret, else without the secrets in it. */
	value(key: string, value: unknown): unknown {
		const found = this.#value(this.#key(key), value, 0);
		return this.#with === undefined ? found : this.#last(key, found);
	}

	/** Attributes, or any record of values. */
	record<T extends object>(record: T): T {
		return this.#record(record, 0, this.#with !== undefined) as T;
	}

	/**
	 * True where there is nothing to hide in a record, without asking twice about what is constant in it. False where
	 * somebody's own function is to be asked about everything.
	 *
	 * @param constants - values that were looked at before; those that the record has otherwise now are looked at
	 */
	isClean(record: Readonly<Record<string, unknown>>, constants?: Constants): boolean {
		if (this.asks) return false;
		const known = constants?.areClean(this) === true ? constants.attributes : undefined;
		for (const key in record) {
			const value = record[key];
			if (known !== undefined && known[key] === value) continue;
			const { secret, name } = this.#key(key);
			if (name !== key || secret || typeof value === 'object') return false;
			if (typeof value === 'string' ? this.text(value) !== value : this.#value({ secret, name }, value, 0) !== value) {
				return false;
			}
		}
		return true;
	}

	#key(key: string): Key {
		const known = this.#keys.get(key);
		if (known !== undefined) return known;
		const made = { secret: this.namesSecret(key), name: this.text(key) };
		if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
		this.#keys.set(key, made);
		return made;
	}

	#record(record: object, depth: number, ask: boolean): object {
		let copy: Record<string, unknown> | undefined;
		for (const key in record) {
			const value = (record as Record<string, unknown>)[key];
			const known = this.#key(key);
			let made = this.#value(known, value, depth);
			if (ask) made = this.#last(key, made);
			if (made === value && known.name === key) continue;
			copy ??= { ...record };
			if (known.name !== key) delete copy[key];
			copy[known.name] = made;
		}
		return copy ?? record;
	}

	#value(key: Key, value: unknown, depth: number): unknown {
		switch (typeof value) {
			case 'string':
				return key.secret && value !== '' ? REDACTED : this.text(value);
			case 'number':
				return key.secret || isCardNumber(value) ? REDACTED : value;
			case 'bigint':
				return key.secret || isCard(String(value).replace('-', '')) ? REDACTED : value;
			case 'object':
				return value === null ? value : this.#object(key, value, depth + 1);
			default:
				return value;
		}
	}

	#object(key: Key, value: object, depth: number): unknown {
		if (depth > MAX_DEPTH || this.#above.includes(value)) return REDACTED;
		if (key.secret && !Array.isArray(value)) return REDACTED;
		if (ArrayBuffer.isView(value)) return this.#bytes(value);
		this.#above.push(value);
		try {
			return Array.isArray(value) ? this.#array(key, value, depth) : this.#record(value, depth, false);
		} finally {
			this.#above.pop();
		}
	}

	#array(key: Key, array: readonly unknown[], depth: number): unknown {
		let copy: unknown[] | undefined;
		for (let at = 0; at < array.length; at++) {
			const item = array[at];
			const flag: unknown = array[at - 1];
			const secret = key.secret || (typeof flag === 'string' && this.#isFlag(flag) && typeof item === 'string');
			const made = this.#value(secret ? { ...key, secret } : key, item, depth);
			if (made === item) continue;
			copy ??= [...array];
			copy[at] = made;
		}
		return copy ?? array;
	}

	/** `--api-key`, behind which a command line has the key as an argument of its own. */
	#isFlag(text: string): boolean {
		return text.startsWith('--') && !text.includes('=') && this.#key(text).secret;
	}

	#bytes(bytes: ArrayBufferView): unknown {
		const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
		return this.text(text) === text ? bytes : REDACTED;
	}

	#last(key: string, value: unknown): unknown {
		const answer = this.#with?.(key, value);
		return answer !== undefined && (answer === value || isAttribute(answer)) ? answer : REDACTED;
	}
}

function isAttribute(value: unknown): boolean {
	if (Array.isArray(value)) return value.every((item) => typeof item !== 'object' && isAttribute(item));
	return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
