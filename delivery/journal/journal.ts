import { join } from 'node:path';
import { type Files, realFiles } from './file-system.js';
import { type Frame, PREAMBLE, versionOf } from './frame.js';
import { Lease } from './lease.js';
import { type Adopted, orphansIn, sizeOfOthers } from './orphans.js';
import { isAlive, ownerFile } from './owner.js';
import { Removal } from './removal.js';
import { type Entry, Segment, segmentName, stamp } from './segment.js';

/** A segment of this size is left for another one, so that what is acknowledged can be removed. */
const SEGMENT_BYTES = 4 * 2 ** 20;

/** How often the disk itself is waited for, where `fsync` is `interval`. */
const SYNC_MS = 1000;

export type Fsync = 'never' | 'interval' | 'always';

export interface JournalOptions {
	/** Where the segments of one backend's one signal lie. */
	readonly directory: string;
	/** How much may lie there, and for how long. */
	readonly maxBytes: number;
	readonly maxAge: number;
	readonly fsync: Fsync;
	/** Frames that had to go, and why. */
	readonly onLost: (entries: readonly Entry[], reason: 'disk' | 'age' | 'adopted', segment: Segment) => void;
	/** A file that is not understood. */
	readonly onStrange: (path: string, version: number | undefined) => void;
	/** Called each time before the first file is made. */
	readonly prepare?: () => void;
	readonly segmentBytes?: number;
	readonly files?: Files;
	readonly now?: () => number;
	readonly lives?: (path: string) => Promise<boolean>;
}

/**
 * Frames on the disk, until a backend has acknowledged them: segments of one writer each, in a folder that several
 * processes share. Whoever is gone leaves its segments, and one of the others takes them over by renaming them, which
 * a file system grants to one alone.
 *
 * What is appended survives the end of the process, however it ends; the loss of power too, as far as `fsync` says.
 */
export class Journal {
	readonly #options: JournalOptions;
	readonly #files: Files;
	readonly #segmentBytes: number;
	readonly #segments = new Set<Segment>();
	readonly #claim: Lease;
	#active: Segment | undefined;
	#number = 0;
	/** How often it was closed. */
	#closings = 0;
	#syncing: NodeJS.Timeout | undefined;
	readonly #removal: Removal;

	constructor(options: JournalOptions) {
		this.#options = options;
		this.#files = options.files ?? realFiles;
		this.#claim = new Lease(this.#files, options.directory);
		this.#removal = new Removal(this.#files);
		const share = Math.max(64 * 2 ** 10, Math.floor(options.maxBytes / 8));
		this.#segmentBytes = options.segmentBytes ?? Math.min(SEGMENT_BYTES, share);
	}

	/** Bytes of the segments that are ours. */
	get size(): number {
		return [...this.#segments].reduce((sum, { size }) => sum + size, 0);
	}

	/** Appends frames in the background; one call at a time. @throws what the file system says: nothing is then appended */
	async append(frames: readonly Frame[]): Promise<Entry[]> {
		const { fsync } = this.#options;
		const segment = this.#segmentFor();
		try {
			const entries = await segment.append(frames, fsync === 'always');
			if (fsync === 'interval') this.#syncSoon();
			return entries;
		} finally {
			this.#settle(segment);
		}
	}

	/** Appends frames at once: for the end of the process, and for a burst that memory has no room for. @throws as `append` */
	appendSync(frames: readonly Frame[]): Entry[] {
		return this.#segmentFor().appendSync(frames);
	}

	/** Writes once more, and at once, what is under way; answers the frames that are certain now. @throws as `append` */
	settleSync(): Entry[] {
		return [...this.#segments].flatMap((segment) => segment.settleSync());
	}

	/** A frame's body. @throws where its file is gone or damaged */
	async read(entry: Entry): Promise<Uint8Array> {
		return entry.body ?? entry.segment.read(entry);
	}

	/** The backend took the frame, or refused it for good. Never rejects. */
	async done(entry: Entry, how: 'acknowledged' | 'refused'): Promise<void> {
		const { segment } = entry;
		await segment.mark(entry, how).catch(() => undefined);
		if (segment === this.#active && segment.size > this.#segmentBytes / 4 && segment.done) this.#seal();
		this.#settle(segment);
	}

	/**
	 * Takes over the segments of those who are gone. Never rejects: a folder that cannot be read holds nothing.
	 *
	 * @param each - is given the entries of one segment after the other, which are then not in the answer
	 */
	async adopt(each?: (entries: Entry[]) => void): Promise<Adopted> {
		const { directory, now = Date.now } = this.#options;
		const files = this.#files;
		const alive = this.#options.lives ?? ((path: string) => isAlive(files, path, now()));
		const closings = this.#closings;
		const { owners, orphans } = await orphansIn(files, directory, this.#claim.mine, alive);
		// What it gave up meanwhile looks like another's.
		if (this.#closings !== closings) return { entries: [], damaged: 0 };
		const entries: Entry[] = [];
		let damaged = 0;
		const left = new Set<string>();
		for (const { path, time, owner } of orphans) {
			try {
				const one = await this.#take(path, time, closings);
				if (one === undefined) left.add(owner);
				if (each === undefined) entries.push(...(one?.entries ?? []));
				else if (one !== undefined) each(one.entries);
				damaged += one?.damaged ?? 0;
			} catch {
				// Somebody else was first, or it cannot be opened: the next round sees.
				left.add(owner);
			}
		}
		for (const owner of owners) {
			if (!left.has(owner)) await files.unlink(this.#pathOf(ownerFile(owner))).catch(() => undefined);
		}
		return { entries, damaged };
	}

	/** Lets go of what is too old, then of the oldest until the folder is within its bound. Never rejects. */
	async expire(): Promise<void> {
		const { directory, maxBytes, maxAge, now = Date.now } = this.#options;
		let total = this.size + (await sizeOfOthers(this.#files, directory, this.#claim.mine));
		const oldestFirst = [...this.#segments].sort((a, b) => a.newest - b.newest);
		for (const segment of oldestFirst) {
			const old = !segment.done && now() - segment.newest > maxAge;
			if (!old && total <= maxBytes) continue;
			if (segment === this.#active) {
				// What is alone in the folder is bounded by the size of a segment.
				if (!old && segment.size <= this.#segmentBytes) continue;
				this.#seal();
			}
			total -= segment.size;
			this.#lose(segment, old ? 'age' : 'disk');
		}
	}

	/** Gives up what is ours, so that another may take it over at once: at a shutdown, and at the end of the process. */
	closeSync(): void {
		this.#closings += 1;
		clearTimeout(this.#syncing);
		this.#syncing = undefined;
		this.#seal(true);
		for (const segment of [...this.#segments]) {
			this.#settle(segment, true);
			segment.close();
			this.#segments.delete(segment);
		}
		this.#removal.finish();
		this.#claim.release();
	}

	/** Waits for the disk itself, where `fsync` asks for it. Never rejects. */
	async sync(): Promise<void> {
		if (this.#options.fsync === 'never') return;
		for (const segment of this.#segments) if (!segment.done) await segment.sync().catch(() => undefined);
	}

	/** A new segment in our name, which is left to its maker; others take it over as they do all. @throws as `append` */
	make(): Segment {
		const { now = Date.now, prepare, directory, fsync } = this.#options;
		prepare?.();
		const owner = this.#claim.get();
		const path = this.#pathOf(segmentName(stamp(now()), owner, this.#number++));
		const fd = this.#files.createSync(path);
		const segment = new Segment(this.#files, path, { fd, end: PREAMBLE.length, newest: 0 });
		try {
			this.#files.writeSync(fd, PREAMBLE, 0);
		} catch (error) {
			segment.close();
			this.#attempt(() => this.#files.unlinkSync(path));
			throw error;
		}
		// A file whose name is not on the disk is lost with the power, whatever is in it.
		if (fsync !== 'never') this.#attempt(() => this.#files.syncFolderSync(directory));
		return segment;
	}

	/** Removes such a segment, at once. */
	removeNow({ path }: Segment): void {
		this.#removal.remove(path, true);
	}

	/** The open segment, or a new one where there is none, it is full, or it is not where it was. */
	#segmentFor(): Segment {
		const active = this.#active;
		if (active !== undefined && !active.stands) this.#missing(active);
		else if (active !== undefined && active.size >= this.#segmentBytes) this.#seal();
		if (this.#active === undefined) {
			this.#active = this.make();
			this.#segments.add(this.#active);
		}
		return this.#active;
	}

	/** A file that was taken from us is its new owner's to send; one that was removed is sent from memory. */
	#missing(segment: Segment): void {
		this.#active = undefined;
		segment.sealed = true;
		if (segment.moved) this.#lose(segment, 'adopted', false);
	}

	#seal(now = false): void {
		const segment = this.#active;
		if (segment === undefined) return;
		this.#active = undefined;
		segment.sealed = true;
		if (!segment.done) segment.close();
		else this.#settle(segment, now);
	}

	/** Removes a segment to which nothing is appended any more and of which nothing is pending. */
	#settle(segment: Segment, now = false): void {
		if (!segment.sealed || !segment.done || segment.writing) return;
		this.#segments.delete(segment);
		segment.close();
		this.#removal.remove(segment.path, now);
	}

	#lose(segment: Segment, reason: 'disk' | 'age' | 'adopted', remove = true): void {
		const lost = [...segment.pending];
		const known = !segment.done;
		segment.pending.clear();
		segment.parked = 0;
		segment.sealed = true;
		if (remove) this.#settle(segment);
		else this.#segments.delete(segment);
		if (known) this.#options.onLost(lost, reason, segment);
	}

	/** Makes a segment ours, and reads what is pending in it; undefined where it is of another version, or none of ours. */
	async #take(path: string, time: string, closings: number): Promise<Adopted | undefined> {
		const files = this.#files;
		const fd = files.openSync(path);
		let segment: Segment | undefined;
		try {
			const head = await files.read(fd, 24, 0);
			const torn = head.length < PREAMBLE.length && PREAMBLE.subarray(0, head.length).equals(head);
			if (!torn && versionOf(head) !== versionOf(PREAMBLE)) {
				this.#options.onStrange(path, versionOf(head));
				return undefined;
			}
			// Before it is ours: one that cannot be read now would have a living owner who knows nothing of it.
			const bytes = await files.readFile(path);
			if (this.#closings !== closings) return undefined;
			const mine = this.#pathOf(segmentName(time, this.#claim.get(), this.#number++));
			await files.rename(path, mine);
			segment = new Segment(files, mine, { fd, end: bytes.length, newest: 0 });
			segment.sealed = true;
			const { entries, damaged } = torn ? { entries: [], damaged: head.length > 0 ? 1 : 0 } : segment.find(bytes);
			this.#segments.add(segment);
			this.#settle(segment);
			return { entries, damaged };
		} finally {
			if (segment === undefined) files.closeSync(fd);
			else segment.close();
		}
	}

	#syncSoon(): void {
		this.#syncing ??= setTimeout(() => {
			this.#syncing = undefined;
			void this.sync();
		}, SYNC_MS).unref();
	}

	#pathOf(name: string): string {
		return join(this.#options.directory, name);
	}

	#attempt(step: () => void): void {
		try {
			step();
		} catch {
			// It is gone, or cannot go: neither is a reason to fail.
		}
	}
}
