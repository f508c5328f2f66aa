import type { Files } from './file-system.js';
import {
	type Encoding,
	type FoundFrame,
	type Frame,
	frameAt,
	frameBytes,
	framesIn,
	HEAD,
	mark,
	type State,
} from './frame.js';

/** A frame on the disk that is not acknowledged yet. */
export interface Entry {
	readonly encoding: Encoding;
	readonly count: number;
	readonly time: number;
	/** The length of its body. */
	readonly size: number;
	readonly segment: Segment;
	readonly at: number;
	/** The body, as long as it is kept in memory as well. */
	body?: Uint8Array | undefined;
}

interface Chunk {
	readonly data: Buffer;
	readonly offset: number;
	readonly entries: Entry[];
	settled: boolean;
}

const NAME = /^(\d{8}T\d{9}Z)-(\d{1,10}-[0-9a-f]{12})-(\d{1,10})\.segment$/;

/** The name of an owner's segment: it sorts by the time of its first frame. */
export function segmentName(time: string, owner: string, number: number): string {
	return `${time}-${owner}-${number}.segment`;
}

/** What a segment's name says; undefined where the file is none. */
export function readSegmentName(name: string): { time: string; owner: string } | undefined {
	const [, time, owner] = NAME.exec(name) ?? [];
	return time === undefined || owner === undefined ? undefined : { time, owner };
}

/** A moment as names have it. */
export function stamp(now: number): string {
	return new Date(now).toISOString().replace(/[-:.]/g, '');
}

/**
 * One file of frames, with one writer.
 *
 * Each chunk has its place before it is written, and all writes are positional. So at the end of the process what is
 * under way can be written once more, at the same place and with the same bytes, whatever the thread pool has made of
 * it: nothing is torn and nothing is there twice. An acknowledgement is one byte that is changed in place.
 */
export class Segment {
	readonly path: string;
	/** Its frames that are not acknowledged. */
	readonly pending = new Set<Entry>();
	/** How many more are known by their number alone, and are read again when their turn comes. */
	parked = 0;
	/** When its newest frame was made. */
	newest: number;
	/** True when nothing more is appended to it. */
	sealed = false;
	readonly #files: Files;
	readonly #marks = new Set<{ at: number; data: Uint8Array }>();
	#fd: number | undefined;
	#end: number;
	#busy = 0;
	#closing = false;
	#underWay: Chunk | undefined;

	/** @param fd - of a file that was opened already, with so many bytes in it */
	constructor(files: Files, path: string, { fd, end, newest }: { fd: number; end: number; newest: number }) {
		this.#files = files;
		this.path = path;
		this.#fd = fd;
		this.#end = end;
		this.newest = newest;
	}

	/** Its length. */
	get size(): number {
		return this.#end;
	}

	/** True where every frame of it is acknowledged, or was let go. */
	get done(): boolean {
		return this.pending.size === 0 && this.parked === 0;
	}

	/** True while a chunk is being written, whose frames are not pending yet. */
	get writing(): boolean {
		return this.#underWay !== undefined && !this.#underWay.settled;
	}

	/** Whether it is still there under its name. */
	get stands(): boolean {
		return this.#files.existsSync(this.path);
	}

	/** Whether somebody else gave it another name, and so took it over; else, where it does not stand, it was removed. */
	get moved(): boolean {
		try {
			return this.#fd !== undefined && this.#files.linksSync(this.#fd) > 0;
		} catch {
			return false;
		}
	}

	/** Writes frames in the background; one call at a time. @throws what the file system says: nothing is then left of it */
	async append(frames: readonly Frame[], durably: boolean): Promise<Entry[]> {
		const chunk = this.#reserve(frames);
		const fd = this.#open();
		this.#underWay = chunk;
		this.#busy += 1;
		try {
			await this.#files.write(fd, chunk.data, chunk.offset);
			if (durably) await this.#files.sync(fd);
			this.#settled(chunk);
		} catch (error) {
			if (!chunk.settled) {
				this.#undo(chunk);
				throw error;
			}
		} finally {
			if (this.#underWay === chunk) this.#underWay = undefined;
			this.#idle();
		}
		return chunk.entries;
	}

	/** Writes frames at once. @throws as `append` */
	appendSync(frames: readonly Frame[]): Entry[] {
		const chunk = this.#reserve(frames);
		try {
			this.#files.writeSync(this.#open(), chunk.data, chunk.offset);
		} catch (error) {
			this.#undo(chunk);
			throw error;
		}
		this.#settled(chunk);
		return chunk.entries;
	}

	/** Writes once more, and at once, what is under way; answers the frames that this made certain. */
	settleSync(): Entry[] {
		for (const { at, data } of this.#marks) this.#markNow(at, data);
		const chunk = this.#underWay;
		if (chunk === undefined || chunk.settled) return [];
		this.#files.writeSync(this.#open(), chunk.data, chunk.offset);
		this.#settled(chunk);
		return chunk.entries;
	}

	/** A frame's body. @throws where the file is gone or damaged */
	async read(entry: Entry): Promise<Uint8Array> {
		this.#busy += 1;
		try {
			const frame = frameAt(await this.#files.read(this.#open(), HEAD + entry.size, entry.at), 0);
			if (frame === undefined) throw new Error(`a frame of ${this.path} is damaged`);
			return frame.body;
		} finally {
			this.#idle();
		}
	}

	/** Forgets what its frames are but for their number: a long outage of small frames would fill memory else. */
	park(): void {
		this.parked += this.pending.size;
		this.pending.clear();
	}

	/** Reads again what was parked. @throws what the file system says */
	async unpark(): Promise<Entry[]> {
		const { frames } = framesIn(await this.#files.readFile(this.path));
		this.parked = 0;
		return this.#found(frames);
	}

	/** Makes entries of the frames of a file that was found. */
	find(bytes: Buffer): { entries: Entry[]; damaged: number } {
		const { frames, damaged } = framesIn(bytes);
		return { entries: this.#found(frames), damaged };
	}

	#found(frames: readonly FoundFrame[]): Entry[] {
		const entries: Entry[] = [];
		for (const { state, at, encoding, count, time, body } of frames) {
			this.newest = Math.max(this.newest, time);
			if (state !== 'pending') continue;
			const entry = { encoding, count, time, size: body.length, segment: this, at };
			this.pending.add(entry);
			entries.push(entry);
		}
		return entries;
	}

	/** Says what became of a frame. One that cannot be marked is sent once more by whoever adopts it. */
	async mark(entry: Entry, state: State): Promise<void> {
		if (!this.pending.delete(entry)) return;
		// A file that is about to be removed needs none.
		if (this.sealed && this.done) return;
		const one = mark(entry.at, state);
		this.#marks.add(one);
		this.#busy += 1;
		try {
			await this.#files.write(this.#open(), one.data, one.at);
		} catch {
			// Said by nobody: the frames that follow will meet the same fault.
		} finally {
			this.#marks.delete(one);
			this.#idle();
		}
	}

	/** Resolves when it is on the disk, and not in the system's memory alone. */
	async sync(): Promise<void> {
		if (this.#fd === undefined) return;
		this.#busy += 1;
		try {
			await this.#files.sync(this.#fd);
		} finally {
			this.#idle();
		}
	}

	/** Gives the descriptor back as soon as nothing is under way on it; it is opened again where it is needed. */
	close(): void {
		this.#closing = true;
		this.#busy += 1;
		this.#idle();
	}

	#reserve(frames: readonly Frame[]): Chunk {
		const parts: Buffer[] = [];
		let at = this.#end;
		const entries = frames.map((frame): Entry => {
			const bytes = frameBytes(frame);
			parts.push(bytes);
			const { encoding, count, time, body } = frame;
			const entry = { encoding, count, time, size: body.length, segment: this, at, body };
			at += bytes.length;
			return entry;
		});
		const chunk = { data: Buffer.concat(parts), offset: this.#end, entries, settled: false };
		this.#end = at;
		return chunk;
	}

	#settled(chunk: Chunk): void {
		if (chunk.settled) return;
		chunk.settled = true;
		for (const entry of chunk.entries) {
			this.pending.add(entry);
			this.newest = Math.max(this.newest, entry.time);
		}
	}

	/** Takes back what a failed write may have left, so that the next one goes to the same place. */
	#undo({ data, offset }: Chunk): void {
		if (this.#end !== offset + data.length) return;
		this.#end = offset;
		try {
			this.#files.truncateSync(this.#open(), offset);
		} catch {
			// The disk that refused the bytes may refuse this too; a reader skips what is torn.
		}
	}

	#markNow(at: number, data: Uint8Array): void {
		try {
			this.#files.writeSync(this.#open(), data, at);
		} catch {
			// As `mark` has it.
		}
	}

	#open(): number {
		this.#fd ??= this.#files.openSync(this.path);
		return this.#fd;
	}

	#idle(): void {
		this.#busy -= 1;
		if (!this.#closing || this.#busy > 0 || this.#fd === undefined) return;
		const fd = this.#fd;
		this.#fd = undefined;
		try {
			this.#files.closeSync(fd);
		} catch {
			// It is closed, or never was: both are what was wanted.
		}
	}
}
