import { crc32 } from 'node:zlib';

/** How a body is written. */
export type Encoding = 'protobuf' | 'json';

/** One request body as it waits: encoded once, and counted. */
export interface Frame {
	readonly encoding: Encoding;
	/** How many spans, data points or log records it holds. */
	readonly count: number;
	/** When it was encoded, in milliseconds since 1970. */
	readonly time: number;
	readonly body: Uint8Array;
}

/** What became of a frame, as its state byte says. */
export type State = 'pending' | 'acknowledged' | 'refused';

/** A frame that was found in a file. */
export interface FoundFrame extends Frame {
	/** Where it begins. */
	readonly at: number;
	readonly state: State;
}

/** The first bytes of every segment. Another number stands for another layout, and such a file is left alone. */
export const PREAMBLE = Buffer.from('agentese-otel/1\n');

/** The same, whatever the version. */
const ANY_PREAMBLE = /^agentese-otel\/(\d{1,4})\n/;

/**
 * A frame: a magic word, the state (the one byte that is ever changed in place, and no part of the checksum), how the
 * body is written, two bytes of zero, then count, length and time, and the checksum of all that follows the state.
 */
const MAGIC = Buffer.from('aOfr');
const STATE_AT = 4;
const CHECKED_FROM = 5;
const CRC_AT = 24;
/** The bytes of a frame before its body. */
export const HEAD = 28;

const STATES: Readonly<Record<State, number>> = { pending: 0x50, acknowledged: 0x41, refused: 0x52 };
const ENCODINGS: readonly Encoding[] = ['protobuf', 'json'];

/** A body longer than this is none of ours: a length that was damaged must not make us wait for gigabytes. */
const MAX_BODY = 2 ** 30;

/** The frame's bytes. */
export function frameBytes({ encoding, count, time, body }: Frame): Buffer {
	const bytes = Buffer.alloc(HEAD + body.length);
	MAGIC.copy(bytes);
	bytes[STATE_AT] = STATES.pending;
	bytes[5] = ENCODINGS.indexOf(encoding);
	bytes.writeUInt32LE(count, 8);
	bytes.writeUInt32LE(body.length, 12);
	bytes.writeDoubleLE(time, 16);
	bytes.set(body, HEAD);
	bytes.writeUInt32LE(checksum(bytes), CRC_AT);
	return bytes;
}

/** The one byte that says what became of a frame at that place, and where it stands. */
export function mark(at: number, state: State): { at: number; data: Uint8Array } {
	return { at: at + STATE_AT, data: Uint8Array.of(STATES[state]) };
}

/** The version in a segment's first bytes; undefined where they are none of ours. */
export function versionOf(bytes: Uint8Array): number | undefined {
	const [, version] = ANY_PREAMBLE.exec(Buffer.from(bytes.subarray(0, 24)).toString('latin1')) ?? [];
	return version === undefined ? undefined : Number(version);
}

/**
 * The whole frames of a segment, and how many places hold something else: a tail that was torn off, or bytes that were
 * damaged. Reading goes on behind them.
 */
export function framesIn(bytes: Buffer): { frames: FoundFrame[]; damaged: number } {
	const frames: FoundFrame[] = [];
	let damaged = 0;
	let at = PREAMBLE.length;
	while (at < bytes.length) {
		const frame = frameAt(bytes, at);
		if (frame !== undefined) {
			frames.push(frame);
			at += HEAD + frame.body.length;
			continue;
		}
		damaged += 1;
		do {
			const next = bytes.indexOf(MAGIC, at + 1);
			at = next === -1 ? bytes.length : next;
		} while (at < bytes.length && frameAt(bytes, at) === undefined);
	}
	return { frames, damaged };
}

/** The frame that begins there; undefined where none does, or not a whole one. */
export function frameAt(bytes: Buffer, at: number): FoundFrame | undefined {
	if (at + HEAD > bytes.length || !bytes.subarray(at, at + MAGIC.length).equals(MAGIC)) return undefined;
	const length = bytes.readUInt32LE(at + 12);
	if (length > MAX_BODY || at + HEAD + length > bytes.length) return undefined;
	const whole = bytes.subarray(at, at + HEAD + length);
	const state = (Object.keys(STATES) as State[]).find((name) => STATES[name] === whole[STATE_AT]);
	const encoding = ENCODINGS[whole[5] ?? -1];
	if (encoding === undefined || whole.readUInt32LE(CRC_AT) !== checksum(whole)) return undefined;
	return {
		at,
		// A state that was damaged: to send it twice is better than never.
		state: state ?? 'pending',
		encoding,
		count: whole.readUInt32LE(8),
		time: whole.readDoubleLE(16),
		body: whole.subarray(HEAD),
	};
}

function checksum(frame: Buffer): number {
	return crc32(frame.subarray(HEAD), crc32(frame.subarray(CHECKED_FROM, CRC_AT)));
}
