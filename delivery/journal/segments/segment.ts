import { crc32 } from 'node:zlib';
import type { Moment } from '../../common/age.js';
import type { FileSystem } from '../files/file-system.js';
import { PositionalFile } from '../files/positional-file.js';
import {
	type Encoding,
	encodeFrames,
	type FoundFrame,
	type Frame,
	type FramePlace,
	type FrameSignal,
	type FrameState,
	stateByte,
} from './frame.js';
import { scanSegment } from './scan.js';

/** A frame of a segment that is neither acknowledged nor refused yet. */
export interface Entry extends FramePlace {
	/** How the body is encoded. */
	readonly encoding: Encoding;
	/** How many spans, data points or log records the body holds. */
	readonly count: number;
	/** When the body was encoded, in milliseconds since 1970. */
	readonly time: number;
	/** The length of the body, in bytes. */
	readonly size: number;
	/** The file that holds the frame. */
	readonly segment: Segment;
	/** The body, as long as it is in memory too. */
	body?: Uint8Array | undefined;
}

/** A state byte, and where it is in the file. */
interface Mark {
	readonly data: Uint8Array;
	readonly offset: number;
}

/** Time, owner, number: see `segmentName()`. */
const NAME = /^(\d{8}T\d{9}Z)-(\d{1,10}-[0-9a-f]{12})-(\d{1,10})\.segment$/;

/** The last time that has four digits for the year, in milliseconds since 1970. */
const MAX_TIME = 253402300799999;

/**
 * Returns a segment's file name. Names sort by time.
 *
 * @param time - when the segment was created, as `fileTimestamp` formats it
 * @param owner - the owner that writes it
 * @param number - makes the name unique within the owner
 */
export function segmentName(time: string, owner: string, number: number): string {
	return `${time}-${owner}-${number}.segment`;
}

/** Returns the time and the owner in a segment's file name; undefined if the file is not a segment. */
export function parseSegmentName(name: string): { time: string; owner: string } | undefined {
	const [, time, owner] = NAME.exec(name) ?? [];
	return time === undefined || owner === undefined ? undefined : { time, owner };
}

/** Formats milliseconds since 1970 for a file name: `20261122T193159123Z`. Never throws, whatever a clock shows. */
export function fileTimestamp(time: number): string {
	const shown = Number.isFinite(time) ? Math.min(Math.max(time, 0), MAX_TIME) : 0;
	return new Date(shown).toISOString().replace(/[-:.]/g, '');
}

/** What a `Segment` is created with. */
export interface SegmentOptions {
	readonly files: FileSystem;
	readonly path: string;
	/** The descriptor of the file, which is open. */
	readonly fd: number;
	/** How many bytes the file has. */
	readonly size: number;
	/** The signal of all its frames. */
	readonly signal: FrameSignal;
	/** The tag in its header. Without it nothing can be appended. */
	readonly tag?: Uint8Array;
	/** Returns the present moment. */
	readonly now: () => Moment;
}

/**
 * One file of a journal: its frames, with one writer, and which of them are pending.
 *
 * Frames are appended, those of one call in one write. An acknowledgement changes one byte in place.
 */
export class Segment {
	/** The frames that are neither acknowledged nor refused. */
	readonly pending = new Set<Entry>();
	/** How many more frames are pending but known by their number alone. `unpark()` reads them again. */
	parked = 0;
	/** When its newest frame was written, in milliseconds of `Moment.sinceBoot`. */
	newest: number;
	/** True if nothing more is appended to it. */
	sealed = false;
	readonly #options: SegmentOptions;
	readonly #file: PositionalFile;
	/** The frames that are being written in the background. They are not pending yet. */
	#unwritten: Entry[] | undefined;
	/** States that could not be written. They are tried again after the next one that can be. */
	readonly #unmarked = new Set<Mark>();

	constructor(options: SegmentOptions) {
		this.#options = options;
		this.#file = new PositionalFile(options);
		this.newest = options.now().sinceBoot;
	}

	/** The path of the file. */
	get path(): string {
		return this.#file.path;
	}

	/** The length of the file, in bytes. */
	get size(): number {
		return this.#file.size;
	}

	/** True if no frame is pending: each is acknowledged, refused or dropped. */
	get isDone(): boolean {
		return this.pending.size === 0 && this.parked === 0;
	}

	/** True while frames are being written that are not pending yet. */
	get isWriting(): boolean {
		return this.#unwritten !== undefined;
	}

	/** True if the file is at its path. */
	get exists(): boolean {
		return this.#file.exists;
	}

	/** True if a failed write has left bytes: nothing more should be appended. */
	get isTorn(): boolean {
		return this.#file.isTorn;
	}

	/** Of a file that is not at its path: true if another process renamed it to adopt it, false if it was removed. */
	get wasRenamed(): boolean {
		try {
			return this.#file.isLinked;
		} catch {
			return false;
		}
	}

	/**
	 * Appends frames in the background. Only one call at a time is allowed.
	 *
	 * @param durably - true to wait for the disk as well (`fsync`)
	 * @throws the file system's error; the file then holds none of the frames
	 */
	async append(frames: readonly Frame[], durably: boolean): Promise<Entry[]> {
		const { entries, data } = this.#encode(frames);
		this.#unwritten = entries;
		try {
			await this.#file.append(data, durably, () => this.#addWritten(entries));
		} catch (error) {
			this.#strike(entries);
			throw error;
		} finally {
			if (this.#unwritten === entries) this.#unwritten = undefined;
		}
		return entries;
	}

	/** Appends frames before it returns. @throws as `append` */
	appendSync(frames: readonly Frame[]): Entry[] {
		const { entries, data } = this.#encode(frames);
		try {
			this.#file.appendSync(data);
		} catch (error) {
			this.#strike(entries);
			throw error;
		}
		this.#addWritten(entries);
		return entries;
	}

	/**
	 * Writes once more, before it returns, everything that is being written in the background.
	 *
	 * @returns the frames that are in the file since this call
	 * @throws the file system's error
	 */
	settleSync(): Entry[] {
		this.#markAgainSync();
		const entries = this.#unwritten ?? [];
		return this.#file.settleSync() ? entries : [];
	}

	/** Returns a frame's body. @throws if the file was removed or the body is damaged */
	async read({ size, offset, crc }: Entry): Promise<Uint8Array> {
		const body = await this.#file.read(size, offset);
		if (body.length < size || crc32(body) !== crc) throw new Error(`a frame of ${this.path} is damaged`);
		return body;
	}

	/** Keeps only the number of its pending frames: after a long outage, millions of small ones would fill memory. */
	park(): void {
		this.parked += this.pending.size;
		this.pending.clear();
	}

	/** Reads the index of the parked frames again and returns them. @throws the file system's error */
	async unpark(): Promise<Entry[]> {
		const { frames } = await scanSegment((length, offset) => this.#file.read(length, offset), this.size);
		this.parked = 0;
		return this.addFound(frames);
	}

	/**
	 * Makes frames pending that another process wrote, except for those that are acknowledged or refused. Returns them.
	 */
	addFound(frames: readonly FoundFrame[]): Entry[] {
		const entries: Entry[] = [];
		for (const { state, encoding, count, time, size, offset, stateAt, crc } of frames) {
			// Whoever adopts a held frame knows nothing of the verdict that it waits for: losing it would be worse.
			if (state === 'acknowledged' || state === 'refused') continue;
			const entry: Entry = { encoding, count, time, size, segment: this, offset, stateAt, crc };
			this.pending.add(entry);
			entries.push(entry);
		}
		return entries;
	}

	/**
	 * Writes a frame's final state into the file, in the background. Never rejects: a state that cannot be written is
	 * tried again with the next one, and as the segment is closed.
	 *
	 * It is written although the file may be removed next: a process that is killed in between, or cannot remove it,
	 * leaves nothing that would be sent again.
	 */
	async mark(entry: Entry, state: FrameState): Promise<void> {
		if (!this.pending.delete(entry)) return;
		const mark = { data: stateByte(state), offset: entry.stateAt };
		// Not reported: the frames that are appended next meet the same fault.
		if (!(await this.#writeState(mark)) && !(await this.#writeState(mark))) this.#unmarked.add(mark);
		else for (const other of this.#unmarked) if (await this.#writeState(other)) this.#unmarked.delete(other);
	}

	/** Resolves when the disk has all that was written (`fsync`). @throws the file system's error */
	sync(): Promise<void> {
		return this.#file.sync();
	}

	/** Closes the file when nothing is being written or read. It is opened again if it is needed. Never throws. */
	close(): void {
		this.#markAgainSync();
		this.#file.close();
	}

	/** Returns the frames as bytes, and an entry for each with its place: behind everything that was appended before. */
	#encode(frames: readonly Frame[]): { entries: Entry[]; data: Buffer } {
		const { signal, tag, now } = this.#options;
		if (tag === undefined) throw new Error(`nothing is appended to ${this.path}, which another process wrote`);
		const { data, places } = encodeFrames(frames, signal, tag, this.size, now());
		const entries = frames.flatMap(({ encoding, count, time, body }, index): Entry[] => {
			const place = places[index];
			return place === undefined ? [] : [{ encoding, count, time, size: body.length, segment: this, body, ...place }];
		});
		return { entries, data };
	}

	/** Makes frames pending that are in the file now. */
	#addWritten(entries: Entry[]): void {
		if (this.#unwritten === entries) this.#unwritten = undefined;
		for (const entry of entries) this.pending.add(entry);
		this.newest = this.#options.now().sinceBoot;
	}

	/** Strikes out the frames of a failed write whose bytes could not be removed: their sender writes them elsewhere. */
	#strike(entries: readonly Entry[]): void {
		if (!this.#file.isTorn) return;
		for (const { stateAt } of entries) this.#unmarked.add({ data: stateByte('acknowledged'), offset: stateAt });
		this.#markAgainSync();
	}

	/** Writes a state in the background. Resolves to false if that fails. */
	#writeState({ data, offset }: Mark): Promise<boolean> {
		return this.#file.patch(data, offset).then(
			() => true,
			() => false,
		);
	}

	/** Writes the states that could not be written, before it returns. Never throws. */
	#markAgainSync(): void {
		for (const mark of this.#unmarked) {
			if (this.#file.patchSync(mark.data, mark.offset)) this.#unmarked.delete(mark);
		}
	}
}
