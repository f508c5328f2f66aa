import type { FileSystem } from '../files/file-system.js';
import { PositionalFile } from '../files/positional-file.js';
import {
	type Encoding,
	encodeFrame,
	type FoundFrame,
	type Frame,
	type FrameState,
	frameAt,
	framesIn,
	HEADER_BYTES,
	stateByte,
} from './frame.js';

/** A frame of a segment that is neither acknowledged nor refused yet. */
export interface Entry {
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
	/** Where the frame begins in that file, in bytes. */
	readonly offset: number;
	/** The body, as long as it is in memory too. */
	body?: Uint8Array | undefined;
}

/** Time, owner, number: see `segmentName()`. */
const NAME = /^(\d{8}T\d{9}Z)-(\d{1,10}-[0-9a-f]{12})-(\d{1,10})\.segment$/;

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

/** Formats milliseconds since 1970 for a file name: `20261122T193159123Z`. */
export function fileTimestamp(time: number): string {
	return new Date(time).toISOString().replace(/[-:.]/g, '');
}

/**
 * One file of a journal: its frames, with one writer, and which of them are pending.
 *
 * Frames are appended. An acknowledgement changes one byte of its frame in place.
 */
export class Segment {
	/** The frames that are neither acknowledged nor refused. */
	readonly pending = new Set<Entry>();
	/** How many more frames are pending but known by their number alone. `unpark()` reads them again. */
	parked = 0;
	/** When its newest frame was encoded, in milliseconds since 1970; 0 if it has none. */
	newestTime = 0;
	/** True if nothing more is appended to it. */
	sealed = false;
	readonly #files: FileSystem;
	readonly #file: PositionalFile;
	/** The frames that are being written in the background. They are not pending yet. */
	#unwritten: Entry[] | undefined;

	/**
	 * @param fd - the descriptor of the file, which is open
	 * @param size - how many bytes the file has
	 */
	constructor(files: FileSystem, path: string, { fd, size }: { fd: number; size: number }) {
		this.#files = files;
		this.#file = new PositionalFile({ files, path, fd, size });
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
		} finally {
			if (this.#unwritten === entries) this.#unwritten = undefined;
		}
		return entries;
	}

	/** Appends frames before it returns. @throws as `append` */
	appendSync(frames: readonly Frame[]): Entry[] {
		const { entries, data } = this.#encode(frames);
		this.#file.appendSync(data);
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
		const entries = this.#unwritten ?? [];
		return this.#file.settleSync() ? entries : [];
	}

	/** Returns a frame's body. @throws if the file was removed or the frame is damaged */
	async read(entry: Entry): Promise<Uint8Array> {
		const frame = frameAt(await this.#file.read(HEADER_BYTES + entry.size, entry.offset), 0);
		if (frame === undefined) throw new Error(`a frame of ${this.path} is damaged`);
		return frame.body;
	}

	/** Keeps only the number of its pending frames: after a long outage, millions of small ones would fill memory. */
	park(): void {
		this.parked += this.pending.size;
		this.pending.clear();
	}

	/** Reads the parked frames again and returns them. @throws the file system's error */
	async unpark(): Promise<Entry[]> {
		const { frames } = framesIn(await this.#files.readFile(this.path));
		this.parked = 0;
		return this.#addFound(frames);
	}

	/**
	 * Adds the pending frames of a file that another process wrote.
	 *
	 * @param bytes - the content of the file
	 * @returns the entries, and how many places hold no whole frame
	 */
	entriesIn(bytes: Buffer): { entries: Entry[]; damaged: number } {
		const { frames, damaged } = framesIn(bytes);
		return { entries: this.#addFound(frames), damaged };
	}

	/**
	 * Writes a frame's final state into the file, in the background. Never rejects: a frame whose state cannot be written
	 * is sent once more by the process that adopts it.
	 */
	async mark(entry: Entry, state: FrameState): Promise<void> {
		if (!this.pending.delete(entry)) return;
		// The file is removed next: it needs no states.
		if (this.sealed && this.isDone) return;
		const { data, offset } = stateByte(entry.offset, state);
		// Not reported: the frames that are appended next meet the same fault.
		await this.#file.patch(data, offset).catch(() => undefined);
	}

	/** Resolves when the disk has all that was written (`fsync`). @throws the file system's error */
	sync(): Promise<void> {
		return this.#file.sync();
	}

	/** Closes the file when nothing is being written or read. It is opened again if it is needed. Never throws. */
	close(): void {
		this.#file.close();
	}

	/** Returns the frames as bytes, and an entry for each with its offset: behind everything that was appended before. */
	#encode(frames: readonly Frame[]): { entries: Entry[]; data: Buffer } {
		const parts: Buffer[] = [];
		let offset = this.size;
		const entries = frames.map((frame): Entry => {
			const bytes = encodeFrame(frame);
			parts.push(bytes);
			const { encoding, count, time, body } = frame;
			const entry = { encoding, count, time, size: body.length, segment: this, offset, body };
			offset += bytes.length;
			return entry;
		});
		return { entries, data: Buffer.concat(parts) };
	}

	/** Makes frames pending that are in the file now. */
	#addWritten(entries: Entry[]): void {
		if (this.#unwritten === entries) this.#unwritten = undefined;
		for (const entry of entries) {
			this.pending.add(entry);
			this.newestTime = Math.max(this.newestTime, entry.time);
		}
	}

	/** Makes those frames pending that are neither acknowledged nor refused. Returns them. */
	#addFound(frames: readonly FoundFrame[]): Entry[] {
		const entries: Entry[] = [];
		for (const { state, offset, encoding, count, time, body } of frames) {
			this.newestTime = Math.max(this.newestTime, time);
			if (state !== 'pending') continue;
			const entry = { encoding, count, time, size: body.length, segment: this, offset };
			this.pending.add(entry);
			entries.push(entry);
		}
		return entries;
	}
}
