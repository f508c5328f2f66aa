import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Moment } from '../../common/age.js';

/** How a request body is encoded. */
export type Encoding = 'protobuf' | 'json';

/** What the records of a body are. */
export type FrameSignal = 'traces' | 'metrics' | 'logs';

/**
 * What a body is: records, or the checkpoint of an open span, which is sent only if its process was killed before the
 * span ended.
 */
type FrameKind = 'records' | 'checkpoint';

/** One request body with what is known of it. */
export interface Frame {
	/** How the body is encoded. */
	readonly encoding: Encoding;
	/** How many spans, data points or log records the body holds. */
	readonly count: number;
	/** When the body was encoded, in milliseconds since 1970. */
	readonly time: number;
	/** An OTLP request. */
	readonly body: Uint8Array;
	/** What the body is. @default 'records' */
	readonly kind?: FrameKind;
}

/**
 * What has become of a frame: it waits for its backend, or the backend has accepted or refused it. A held one waits for
 * a verdict of its process, and is sent if that process ends before the verdict.
 */
export type FrameState = 'pending' | 'acknowledged' | 'refused' | 'held';

/** Where a frame is in its segment. Together these are the index by which frames are found. */
export interface FramePlace {
	/** Where the body begins in the file, in bytes. */
	readonly offset: number;
	/** Where the state byte is in the file, in bytes. */
	readonly stateAt: number;
	/** The CRC-32 of the body. */
	readonly crc: number;
}

/** A frame as the index of a segment describes it. Its body is not read, and may be damaged. */
export interface FoundFrame extends Omit<Frame, 'body' | 'kind'>, FramePlace {
	readonly kind: FrameKind;
	readonly signal: FrameSignal;
	/** The length of the body, in bytes. */
	readonly size: number;
	/** What its state byte contains. */
	readonly state: FrameState;
}

/*
 * A segment is a header and blocks, each of which begins at a multiple of 64 bytes. A block is what one write appends:
 * the header of the block, an index of its bodies, their states, the bodies, and zeros up to the next multiple of 64.
 * Numbers are little-endian.
 *
 * Header of the segment, 64 bytes: 0 the preamble; 16 a random tag; 32 the boot id; 48 when it was created; 60 the
 * CRC-32 of the 60 bytes before.
 *
 * Header of a block, 64 bytes: 0 the tag of the segment; 16 where the block begins, in units of 64 bytes; 20 the number
 * of bodies (2 bytes); 24 the length of the block, in units of 64 bytes; 28 how many records the bodies hold; 32 when it
 * was written by the wall clock; 40 the same since the machine was started; 56 the CRC-32 of the index; 60 that of the
 * 60 bytes before.
 *
 * Index, 32 bytes for each body: 0 the kind; 1 the signal; 2 the encoding; 4 the count; 8 the length; 12 the CRC-32 of
 * the body; 16 the time. What is not listed is zero.
 *
 * States: one byte for each body, the only bytes that are changed in place. No checksum includes them.
 *
 * The tag makes a header what nobody else can write: a body that contains the bytes of a block, by chance or on purpose,
 * contains another tag. One that is copied out of the same file contains another place.
 */

/** Headers begin at multiples of this, and are as long. */
export const UNIT = 64;
const ENTRY_BYTES = 32;
/** No block has more bodies: its index is read at once. */
const MAX_BODIES = 1024;
/** No body is longer than this (1 GiB). */
const MAX_BODY = 2 ** 30;

/** The version of the layout. A file of another version is left as it is. */
export const VERSION = 2;
/** The first bytes of every segment. */
export const PREAMBLE = Buffer.from(`agentese-otel/${VERSION}\n`);
/** The preamble of any version. */
const ANY_PREAMBLE = /^agentese-otel\/(\d{1,4})\n/;

/** The state bytes. Any two differ in four bits at least. */
const STATES: Readonly<Record<FrameState, number>> = { pending: 0x55, acknowledged: 0xaa, refused: 0x33, held: 0xcc };
const STATE_NAMES = Object.keys(STATES) as FrameState[];
/** The index of a name is its byte in the file. */
const KINDS: readonly FrameKind[] = ['records', 'checkpoint'];
const SIGNALS: readonly FrameSignal[] = ['traces', 'metrics', 'logs'];
const ENCODINGS: readonly Encoding[] = ['protobuf', 'json'];

/** The header of a segment. */
export interface SegmentHeader {
	/** The random number that the header of each block repeats. */
	readonly tag: Buffer;
	/** The boot id under which it was created. */
	readonly boot: string | undefined;
}

/** The header of a block. */
export interface BlockHeader {
	/** The length of the block, in bytes. */
	readonly length: number;
	/** How many bodies it has. */
	readonly bodies: number;
	/** The length of its index and states, in bytes. */
	readonly indexBytes: number;
	/** When it was written. */
	readonly wall: number;
	/** The same since the machine was started. */
	readonly sinceBoot: number;
	readonly indexCrc: number;
}

/** Returns a tag for a new segment. */
export function newTag(): Buffer {
	return randomBytes(16);
}

/** Returns the first bytes of a segment. */
export function encodeSegmentHeader(tag: Uint8Array, { boot, wall }: Moment): Buffer {
	const bytes = Buffer.alloc(UNIT);
	bytes.set(PREAMBLE);
	bytes.set(tag, 16);
	if (boot !== undefined) bytes.set(Buffer.from(boot.replaceAll('-', ''), 'hex'), 32);
	bytes.writeDoubleLE(wall, 48);
	bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
	return bytes;
}

/** Returns the version in the first bytes of a file; undefined if the file is not a segment. */
export function versionOf(bytes: Uint8Array): number | undefined {
	const [, version] = ANY_PREAMBLE.exec(Buffer.from(bytes.subarray(0, 24)).toString('latin1')) ?? [];
	return version === undefined ? undefined : Number(version);
}

/** Returns the header of a segment; undefined if it is damaged or incomplete. */
export function parseSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
	if (bytes.length < UNIT || bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) return undefined;
	const hex = bytes.toString('hex', 32, 48);
	const boot = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
	return { tag: Buffer.from(bytes.subarray(16, 32)), boot: /^[0-]*$/.test(boot) ? undefined : boot };
}

/**
 * Returns frames as the bytes of one write, and the place of each. Their states are `pending`.
 *
 * @param tag - the tag of the segment
 * @param start - where the bytes are written in the file: a multiple of 64
 */
export function encodeFrames(
	frames: readonly Frame[],
	signal: FrameSignal,
	tag: Uint8Array,
	start: number,
	now: Moment,
): { data: Buffer; places: FramePlace[] } {
	const groups: (readonly Frame[])[] = [];
	for (let at = 0; at < frames.length; at += MAX_BODIES) groups.push(frames.slice(at, at + MAX_BODIES));
	const lengths = groups.map(blockLength);
	const data = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, 0));
	const places: FramePlace[] = [];
	let at = 0;
	groups.forEach((group, index) => {
		const length = lengths[index] ?? 0;
		places.push(...writeBlock(data.subarray(at, at + length), group, signal, tag, start + at, now));
		at += length;
	});
	return { data, places };
}

/** Returns the byte that sets the state of a frame. */
export function stateByte(state: FrameState): Uint8Array {
	return Uint8Array.of(STATES[state]);
}

/**
 * Returns the header of the block that begins at an offset; undefined if no block of that segment does.
 *
 * @param bytes - at least 64 bytes from that offset on
 */
export function parseBlockHeader(bytes: Buffer, tag: Buffer, offset: number): BlockHeader | undefined {
	if (bytes.readUInt32LE(16) !== offset / UNIT || bytes.compare(tag, 0, 16, 0, 16) !== 0) return undefined;
	if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) return undefined;
	const bodies = bytes.readUInt16LE(20);
	const length = bytes.readUInt32LE(24) * UNIT;
	const indexBytes = bodies * (ENTRY_BYTES + 1);
	// Not only damage: somebody may have written a header on purpose.
	if (bodies === 0 || bodies > MAX_BODIES || UNIT + indexBytes > length) return undefined;
	const [wall, sinceBoot] = [bytes.readDoubleLE(32), bytes.readDoubleLE(40)];
	return { length, bodies, indexBytes, wall, sinceBoot, indexCrc: bytes.readUInt32LE(56) };
}

/**
 * Returns the frames of a block, and how many places of its index make no sense; undefined if the index is damaged.
 *
 * @param index - the index and the states: `indexBytes` bytes behind the header
 * @param offset - where the block begins in the file
 */
export function parseIndex(index: Buffer, header: BlockHeader, offset: number): FoundFrame[] | undefined {
	const { bodies, indexBytes, indexCrc, length } = header;
	const entriesEnd = bodies * ENTRY_BYTES;
	if (index.length < indexBytes || crc32(index.subarray(0, entriesEnd)) !== indexCrc) return undefined;
	const frames: FoundFrame[] = [];
	let bodyAt = offset + UNIT + indexBytes;
	for (let number = 0; number < bodies; number++) {
		const at = number * ENTRY_BYTES;
		const kind = KINDS[index[at] ?? -1];
		const signal = SIGNALS[index[at + 1] ?? -1];
		const encoding = ENCODINGS[index[at + 2] ?? -1];
		const [count, size] = [index.readUInt32LE(at + 4), index.readUInt32LE(at + 8)];
		if (kind === undefined || signal === undefined || encoding === undefined) return undefined;
		// A record has a byte at least: a larger count would make the numbers of `stats()` meaningless.
		if (size > MAX_BODY || count > size || bodyAt + size > offset + length) return undefined;
		const state = STATE_NAMES.find((name) => STATES[name] === index[entriesEnd + number]);
		frames.push({
			...{ kind, signal, encoding, count, size, offset: bodyAt },
			// If the state is damaged, sending the body twice is better than never.
			state: state ?? 'pending',
			stateAt: offset + UNIT + entriesEnd + number,
			crc: index.readUInt32LE(at + 12),
			time: finite(index.readDoubleLE(at + 16)),
		});
		bodyAt += size;
	}
	return frames;
}

/** Returns a number; 0 if it is none. */
function finite(value: number): number {
	return Number.isFinite(value) ? value : 0;
}

/** Returns the length of a block with those frames, in bytes. */
function blockLength(frames: readonly Frame[]): number {
	const bytes = frames.reduce((sum, { body }) => sum + ENTRY_BYTES + 1 + body.length, UNIT);
	return Math.ceil(bytes / UNIT) * UNIT;
}

/** Writes a block into memory, and returns the places of its frames. */
function writeBlock(
	block: Buffer,
	frames: readonly Frame[],
	signal: FrameSignal,
	tag: Uint8Array,
	offset: number,
	now: Moment,
): FramePlace[] {
	const statesAt = UNIT + frames.length * ENTRY_BYTES;
	let bodyAt = statesAt + frames.length;
	block.fill(0, 0, statesAt);
	block.fill(STATES.pending, statesAt, bodyAt);
	const places: FramePlace[] = [];
	let records = 0;
	frames.forEach(({ kind = 'records', encoding, count, time, body }, number) => {
		const at = UNIT + number * ENTRY_BYTES;
		const crc = crc32(body);
		block[at] = KINDS.indexOf(kind);
		block[at + 1] = SIGNALS.indexOf(signal);
		block[at + 2] = ENCODINGS.indexOf(encoding);
		block.writeUInt32LE(count, at + 4);
		block.writeUInt32LE(body.length, at + 8);
		block.writeUInt32LE(crc, at + 12);
		block.writeDoubleLE(time, at + 16);
		block.set(body, bodyAt);
		places.push({ offset: offset + bodyAt, stateAt: offset + statesAt + number, crc });
		bodyAt += body.length;
		records += count;
	});
	block.fill(0, bodyAt);
	block.set(tag);
	block.writeUInt32LE(offset / UNIT, 16);
	block.writeUInt16LE(frames.length, 20);
	block.writeUInt32LE(block.length / UNIT, 24);
	block.writeUInt32LE(records >>> 0, 28);
	block.writeDoubleLE(now.wall, 32);
	block.writeDoubleLE(now.sinceBoot, 40);
	block.writeUInt32LE(crc32(block.subarray(UNIT, statesAt)), 56);
	block.writeUInt32LE(crc32(block.subarray(0, 60)), 60);
	return places;
}
