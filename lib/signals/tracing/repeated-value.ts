import { redactionSettings, redactValueAtWrite } from '../../redaction/settings.js';

/**
 * Redacts the texts of one attribute as `redactValueAtWrite` does, and remembers the last one: consecutive calls often
 * have the same observer, and the scan of one text takes as many instructions as the rest of its way to the span.
 */
export class RepeatedValue {
	readonly #key: string;
	readonly #max: number;
	/** The settings by which the last text was redacted. */
	#settings: object | undefined;
	#last: string | undefined;
	#written = '';

	/**
	 * @param key - the key of the attribute
	 * @param max - the most characters of what is written
	 */
	constructor(key: string, max: number) {
		this.#key = key;
		this.#max = max;
	}

	/** Returns a text without secrets, cut. Never throws. */
	of(text: string): string {
		const settings = redactionSettings();
		if (text === this.#last && settings === this.#settings) return this.#written;
		const redacted = redactValueAtWrite(this.#key, text);
		const written = redacted.length > this.#max ? redacted.slice(0, this.#max) : redacted;
		// A custom function is called for each value.
		if (settings.redactor?.hasCustomFunction === true) return written;
		this.#settings = settings;
		this.#last = text;
		this.#written = written;
		return written;
	}
}
