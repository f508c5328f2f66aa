import type { IdGenerator } from '@opentelemetry/sdk-trace';

/**
 * Generates the same trace ids and span ids for the same seed, in the order in which spans start: by the generator
 * mulberry32, whose period is 2^32.
 */
export class SeededIds implements IdGenerator {
	#state: number;

	/** @param seed - an integer */
	constructor(seed: number) {
		this.#state = seed >>> 0;
	}

	generateTraceId(): string {
		return this.#hex(4);
	}

	generateSpanId(): string {
		return this.#hex(2);
	}

	/** Returns a hexadecimal text of this many 32-bit words that has a digit other than 0. */
	#hex(words: number): string {
		const text = Array.from({ length: words }, () => this.#next().toString(16).padStart(8, '0')).join('');
		return /[^0]/.test(text) ? text : this.#hex(words);
	}

	#next(): number {
		this.#state = (this.#state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return (mixed ^ (mixed >>> 14)) >>> 0;
	}
}
