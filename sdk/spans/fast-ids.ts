import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';
import { platform } from '../../lib/runtime/platform.js';

/** The length of ids in bytes. */
const ID_BYTES = { span: 8, trace: 16 } as const;

/**
 * How many random bytes are converted to hexadecimal text at once. An id is a slice of that text, so one that is kept
 * keeps the whole text in memory: 512 characters.
 */
const POOL_BYTES = 256;

/** The ids that are invalid by the W3C specification. */
const NO_SPAN = '0'.repeat(16);
const NO_TRACE = '0'.repeat(32);

/**
 * Returns a faster generator in place of the SDK's. Its ids come from `Math.random()` too. The SDK's takes 115 ns for
 * an id, most of it in one call that converts eight bytes to text; that call takes about as long for 256 bytes.
 *
 * @param ids - the generator of the SDK's tracer; a custom or patched one is returned as it is
 */
export function fastIds(ids: IdGenerator): IdGenerator {
	return isSdkGenerator(ids) ? new PooledIds() : ids;
}

/** Returns true if a generator is the SDK's `RandomIdGenerator` and none of its methods was replaced. */
function isSdkGenerator(ids: IdGenerator): boolean {
	if (Object.getPrototypeOf(ids) !== RandomIdGenerator.prototype) return false;
	const { generateSpanId, generateTraceId } = new RandomIdGenerator();
	return ids.generateSpanId === generateSpanId && ids.generateTraceId === generateTraceId;
}

/** Generates many ids from one text of random hexadecimal digits. */
class PooledIds implements IdGenerator {
	readonly #words = new Uint32Array(POOL_BYTES / 4);
	/** A view on the same memory as `#words`, for its conversion to text. */
	readonly #bytes = Buffer.from(this.#words.buffer);
	/** Random hexadecimal digits. */
	#text = '';
	/** How many digits of the text have been used. */
	#offset = 0;

	generateSpanId(): string {
		return this.#next(ID_BYTES.span, NO_SPAN);
	}

	generateTraceId(): string {
		return this.#next(ID_BYTES.trace, NO_TRACE);
	}

	/** @param none - the id that is invalid */
	#next(bytes: number, none: string): string {
		const length = bytes * 2;
		if (this.#offset + length > this.#text.length) this.#fill();
		const id = this.#text.slice(this.#offset, this.#offset + length);
		this.#offset += length;
		// One in 2^64 ids has no bit set, which is invalid: its last digit is replaced.
		return id === none ? `${none.slice(1)}1` : id;
	}

	/** Replaces the text with new digits. */
	#fill(): void {
		for (let i = 0; i < this.#words.length; i++) this.#words[i] = platform.random() * 2 ** 32;
		this.#text = this.#bytes.toString('hex');
		this.#offset = 0;
	}
}
