import { crc32 } from 'node:zlib';

/** How a request body is encoded. */
export type Encoding = 'protobuf' | 'json';

/** One request body with what is known of it: what a segment holds. */
export interface Frame {
	/** How the body is encoded. */
	readonly encoding: Encoding;
	/** How many spans, data points or log records the body holds. */
	readonly count: number;
	/** When the body was encoded, in milliseconds since 1970. */
	readonly time: number;
	/** An OTLP request. */
	readonly body: Uint8Array;
}

/** What has become of a frame: it waits for its backend, or the backend has accepted or refused it. */
export type FrameState = 'pending' | 'acknowledged' | 'refused';

/** A frame that was read from a segment. */
export interface FoundFrame extends Frame {
	/** Where the frame begins in the file, in bytes. */
	readonly offset: number;
	/** What its state byte contains. */
	readonly state: FrameState;
}

/**
 * The first bytes of every segment. The number is the version of the layout. A file of another version is left as it
 * is.
 */
export const PREAMBLE = Buffer.from('agentese-otel/1\n');

/** The preamble of any version. */
const ANY_PREAMBLE = /^agentese-otel\/(\d{1,4})\n/;

/*
 * The layout of a frame, in bytes, little-endian: 0 a magic word; 4 the state, the only byte that is changed in place,
 * which is not part of the checksum; 5 the encoding; 6 two bytes of zero; 8 the count; 12 the length of the body; 16
 * the time; 24 the CRC-32 of everything after the state except itself; 28 the body.
 */
const MAGIC = Buffer.from('aOfr');
const STATE_AT = 4;
const CHECKED_FROM = 5;
const CRC_AT = 24;
/** How many bytes of a frame precede its body. */
export const HEADER_BYTES = 28;

/** The state bytes: P, A and R in ASCII. */
const STATES: Readonly<Record<FrameState, number>> = { pending: 0x50, acknowledged: 0x41, refused: 0x52 };
/** The index of an encoding is its byte in a frame. */
const ENCODINGS: readonly Encoding[] = ['protobuf', 'json'];

/** No body is longer than this (1 GiB): a longer length is damaged, and must not make the reader skip gigabytes. */
const MAX_BODY = 2 ** 30;

/** Returns a frame as the bytes of a segment. Its state is `pending`. */
export function encodeFrame({ encoding, count, time, body }: Frame): Buffer {
	const bytes = Buffer.alloc(HEADER_BYTES + body.length);
	MAGIC.copy(bytes);
	bytes[STATE_AT] = STATES.pending;
	bytes[5] = ENCODINGS.indexOf(encoding);
	bytes.writeUInt32LE(count, 8);
	bytes.writeUInt32LE(body.length, 12);
	bytes.writeDoubleLE(time, 16);
	bytes.set(body, HEADER_BYTES);
	bytes.writeUInt32LE(checksum(bytes), CRC_AT);
	return bytes;
}

/**
 * Returns the byte that sets the state of a frame, and where it is written.
 *
 * @param frameOffset - where the frame begins in the file, in bytes
 */
export function stateByte(frameOffset: number, state: FrameState): { offset: number; data: Uint8Array } {
	return { offset: frameOffset + STATE_AT, data: Uint8Array.of(STATES[state]) };
}

/** Returns the version in the first bytes of a file; undefined if the file is not a segment. */
export function versionOf(bytes: Uint8Array): number | undefined {
	const [, version] = ANY_PREAMBLE.exec(Buffer.from(bytes.subarray(0, 24)).toString('latin1')) ?? [];
	return version === undefined ? undefined : Number(version);
}

/**
 * Returns the whole frames of a segment, and how many places hold something else: an incomplete end or damaged bytes.
 * Reading continues behind such a place.
 *
 * @param bytes - the content of the file
 */
export function framesIn(bytes: Buffer): { frames: FoundFrame[]; damaged: number } {
	const frames: FoundFrame[] = [];
	let damaged = 0;
	let at = PREAMBLE.length;
	while (at < bytes.length) {
		const frame = frameAt(bytes, at);
		if (frame !== undefined) {
			frames.push(frame);
			at += HEADER_BYTES + frame.body.length;
			continue;
		}
		damaged += 1;
		// The magic word may occur in a body by chance: only a frame with the right checksum ends the search.
		do {
			const next = bytes.indexOf(MAGIC, at + 1);
			at = next === -1 ? bytes.length : next;
		} while (at < bytes.length && frameAt(bytes, at) === undefined);
	}
	return { frames, damaged };
}

/** Returns the frame that begins at an offset; undefined if there is none, or not a whole one. */
export function frameAt(bytes: Buffer, offset: number): FoundFrame | undefined {
	if (offset + HEADER_BYTES > bytes.length || !bytes.subarray(offset, offset + MAGIC.length).equals(MAGIC))
		return undefined;
	const length = bytes.readUInt32LE(offset + 12);
	if (length > MAX_BODY || offset + HEADER_BYTES + length > bytes.length) return undefined;
	const frame = bytes.subarray(offset, offset + HEADER_BYTES + length);
	const state = (Object.keys(STATES) as FrameState[]).find((name) => STATES[name] === frame[STATE_AT]);
	const encoding = ENCODINGS[frame[5] ?? -1];
	if (encoding === undefined || frame.readUInt32LE(CRC_AT) !== checksum(frame)) return undefined;
	return {
		offset,
		// If the state is damaged, sending the body twice is better than never.
		state: state ?? 'pending',
		encoding,
		count: frame.readUInt32LE(8),
		time: frame.readDoubleLE(16),
		body: frame.subarray(HEADER_BYTES),
	};
}

/** Returns the CRC-32 of a frame, without its magic word, its state and the checksum itself. */
function checksum(frame: Buffer): number {
	return crc32(frame.subarray(HEADER_BYTES), crc32(frame.subarray(CHECKED_FROM, CRC_AT)));
}
