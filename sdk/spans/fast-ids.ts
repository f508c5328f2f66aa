import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';

const ID_BYTES = { span: 8, trace: 16 } as const;

/** So many bytes are made into text at once; an id that somebody keeps keeps a text of twice that length. */
const POOL_BYTES = 256;

const NO_SPAN = '0'.repeat(16);
const NO_TRACE = '0'.repeat(32);

/**
 * Ids as the SDK's generator makes them, from `Math.random()`: most of its 115 ns for each are one call that writes eight
 * bytes as text, which writes 256 as well. A generator of somebody's own is left as it is.
 */
export function fastIds(ids: IdGenerator): IdGenerator {
	return isSdks(ids) ? new PooledIds() : ids;
}

function isSdks(ids: IdGenerator): boolean {
	if (Object.getPrototypeOf(ids) !== RandomIdGenerator.prototype) return false;
	const { generateSpanId, generateTraceId } = new RandomIdGenerator();
	return ids.generateSpanId === generateSpanId && ids.generateTraceId === generateTraceId;
}

class PooledIds implements IdGenerator {
	readonly #words = new Uint32Array(POOL_BYTES / 4);
	readonly #bytes = Buffer.from(this.#words.buffer);
	#text = '';
	#at = 0;

	generateSpanId(): string {
		return this.#next(ID_BYTES.span, NO_SPAN);
	}

	generateTraceId(): string {
		return this.#next(ID_BYTES.trace, NO_TRACE);
	}

	#next(bytes: number, none: string): string {
		const length = bytes * 2;
		if (this.#at + length > this.#text.length) this.#fill();
		const id = this.#text.slice(this.#at, this.#at + length);
		this.#at += length;
		// One in 2^64 has no bit set; it would be no id.
		return id === none ? `${none.slice(1)}1` : id;
	}

	#fill(): void {
		for (let i = 0; i < this.#words.length; i++) this.#words[i] = Math.random() * 2 ** 32;
		this.#text = this.#bytes.toString('hex');
		this.#at = 0;
	}
}
