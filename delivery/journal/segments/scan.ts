import type { Moment } from '../../common/age.js';
import {
	type FoundFrame,
	PREAMBLE,
	parseBlockHeader,
	parseIndex,
	parseSegmentHeader,
	UNIT,
	VERSION,
	versionOf,
} from './frame.js';

/** How many bytes are read at once (256 KiB), and so how many are searched in one turn of the event loop. */
const WINDOW_BYTES = 256 * 2 ** 10;

/** How many bytes of a file are searched for a header behind damage, at most (64 MiB). */
const SEARCH_BYTES = 64 * 2 ** 20;

/** How many frames a file may have: more than fit into a segment of 4 MiB. */
const MAX_FRAMES = 2 ** 17;

/** What a segment holds. */
export interface Scan {
	/** The version of its layout; undefined if it is no segment. Of another version, nothing else is read. */
	readonly version: number | undefined;
	/** The whole frames, in the order of the file. Their bodies are not read. */
	readonly frames: readonly FoundFrame[];
	/** How many places could not be read: an incomplete end, or damaged bytes. */
	readonly damaged: number;
	/** How many bytes these places have. */
	readonly skippedBytes: number;
	/** When its newest block was written; undefined if it has none. */
	readonly newest: Moment | undefined;
	/** How many places were looked at: about as many as the file has blocks, plus those that a search looked at. */
	readonly lookedAt: number;
}

/** Reads up to `length` bytes from an offset; fewer if the file ends before. */
type Read = (length: number, offset: number) => Promise<Buffer>;

/**
 * Reads the headers and indexes of a segment, and no body. Where a header or an index is damaged, it continues with the
 * next block. Its work is proportional to the size of the file and bounded, whatever the file holds.
 *
 * @param size - the length of the file, in bytes
 * @throws what `read` throws
 */
export async function scanSegment(read: Read, size: number): Promise<Scan> {
	const reader = new WindowedReader(read);
	const head = await reader.get(0, Math.min(UNIT, size));
	const version = versionOfHead(head);
	if (version !== VERSION) return { version, ...NOTHING };
	return await new Scanner(reader, size).run(head);
}

const NOTHING = { frames: [], damaged: 0, skippedBytes: 0, newest: undefined, lookedAt: 0 } as const;

/** Returns the version; this one for a part of the preamble, which a process leaves that is killed as it writes it. */
function versionOfHead(head: Buffer): number | undefined {
	const isTorn = head.length < PREAMBLE.length && PREAMBLE.subarray(0, head.length).equals(head);
	return isTorn ? VERSION : versionOf(head);
}

/** One run over a segment. */
class Scanner {
	readonly #reader: WindowedReader;
	readonly #size: number;
	readonly #frames: FoundFrame[] = [];
	#damaged = 0;
	#skippedBytes = 0;
	#lookedAt = 0;
	#newest: Moment | undefined;
	/** How many more bytes may be searched. */
	#mayStillSearch = SEARCH_BYTES;

	constructor(reader: WindowedReader, size: number) {
		this.#reader = reader;
		this.#size = size;
	}

	async run(head: Buffer): Promise<Scan> {
		const header = parseSegmentHeader(head);
		// A file without a complete header has no blocks yet. The preamble was the first thing that was written.
		if (header === undefined && this.#size > 0) this.#skip(Math.min(UNIT, this.#size));
		const tag = header?.tag ?? (await this.#tagOfFirstBlock());
		let at = UNIT;
		if (tag === undefined) {
			if (this.#size > UNIT) this.#skippedBytes += this.#size - UNIT;
			at = this.#size;
		}
		while (at < this.#size && tag !== undefined) at = await this.#readBlock(at, tag, header?.boot);
		return {
			version: VERSION,
			...{ frames: this.#frames, damaged: this.#damaged, skippedBytes: this.#skippedBytes },
			...{ newest: this.#newest, lookedAt: this.#lookedAt },
		};
	}

	/** Returns the tag in the first block if that is a sound header: it is at a known place, and so no part of a body. */
	async #tagOfFirstBlock(): Promise<Buffer | undefined> {
		const bytes = await this.#reader.get(UNIT, UNIT);
		if (bytes.length < UNIT) return undefined;
		const tag = Buffer.from(bytes.subarray(0, 16));
		return parseBlockHeader(bytes, tag, UNIT) && tag;
	}

	/** Reads the block at an offset, or searches for the next one. Returns where to continue. */
	async #readBlock(at: number, tag: Buffer, boot: string | undefined): Promise<number> {
		const bytes = await this.#reader.get(at, UNIT);
		this.#lookedAt += 1;
		if (bytes.length < UNIT) return this.#giveUp(at);
		const header = parseBlockHeader(bytes, tag, at);
		if (header === undefined) return await this.#search(at, tag);
		const index = await this.#reader.get(at + UNIT, header.indexBytes);
		const frames = parseIndex(index, header, at);
		const end = Math.min(at + header.length, this.#size);
		if (frames === undefined) {
			this.#skip(end - at);
			return end;
		}
		if (this.#frames.length + frames.length > MAX_FRAMES) return this.#giveUp(at);
		// The last write of a process that was killed may be incomplete: what is whole of it counts.
		const whole = frames.filter(({ offset, size }) => offset + size <= this.#size);
		if (whole.length < frames.length)
			this.#skip(this.#size - Math.max(at, ...whole.map((one) => one.offset + one.size)));
		this.#frames.push(...whole);
		this.#newest = { wall: header.wall, sinceBoot: header.sinceBoot, boot };
		return at + header.length;
	}

	/** Looks at one place after the other, as far as it may. Returns where a header is, or the end of the file. */
	async #search(from: number, tag: Buffer): Promise<number> {
		const first = tag.readUInt32LE(0);
		for (let at = from + UNIT; at + UNIT <= this.#size && this.#mayStillSearch > 0; at += UNIT) {
			this.#mayStillSearch -= UNIT;
			this.#lookedAt += 1;
			const bytes = this.#reader.peek(at, UNIT) ?? (await this.#reader.get(at, UNIT));
			if (bytes.length < UNIT) break;
			if (bytes.readUInt32LE(0) !== first || parseBlockHeader(bytes, tag, at) === undefined) continue;
			this.#skip(at - from);
			return at;
		}
		return this.#giveUp(from);
	}

	/** Skips the rest of the file. */
	#giveUp(at: number): number {
		this.#skip(this.#size - at);
		return this.#size;
	}

	/** Counts a place that could not be read. */
	#skip(bytes: number): void {
		this.#damaged += 1;
		this.#skippedBytes += bytes;
	}
}

/** Reads a file in windows, so that headers which follow each other are one read, and bodies are not kept. */
class WindowedReader {
	readonly #read: Read;
	#window: Buffer = Buffer.alloc(0);
	/** Where the window begins in the file. */
	#start = 0;

	constructor(read: Read) {
		this.#read = read;
	}

	/** Returns bytes that are in the window; undefined if they are not. */
	peek(offset: number, length: number): Buffer | undefined {
		const at = offset - this.#start;
		return at >= 0 && at + length <= this.#window.length ? this.#window.subarray(at, at + length) : undefined;
	}

	/** Returns up to `length` bytes from an offset; fewer if the file ends before. */
	async get(offset: number, length: number): Promise<Buffer> {
		const known = this.peek(offset, length);
		if (known !== undefined) return known;
		this.#window = await this.#read(Math.max(length, WINDOW_BYTES), offset);
		this.#start = offset;
		return this.#window.subarray(0, length);
	}
}
