import { join } from 'node:path';
import { platform } from '../../lib/runtime/platform.js';
import type { Moment } from '../common/age.js';
import { currentMoment } from '../common/machine.js';
import { Adoption, type JournalReports } from './adoption.js';
import { type FileSystem, nodeFileSystem } from './files/file-system.js';
import { Removal } from './files/removal.js';
import { Lease } from './lease/lease.js';
import { Liveness } from './lease/liveness.js';
import { bytesOfOthers } from './orphans.js';
import { encodeSegmentHeader, type Frame, type FrameSignal, newTag, UNIT } from './segments/frame.js';
import { type Entry, fileTimestamp, Segment, segmentName } from './segments/segment.js';

/** A segment of this size (4 MiB) is sealed and a new one is created, so that segments that are done can be removed. */
const SEGMENT_BYTES = 4 * 2 ** 20;

/** No segment is smaller than this (64 KiB), however small the bound of the folder is. */
const MIN_SEGMENT_BYTES = 64 * 2 ** 10;

/** How many milliseconds pass between two waits for the disk if `fsync` is `interval`. */
const SYNC_INTERVAL_MS = 1000;

/** When the disk itself is waited for: never, once a second, or after each append. */
type Fsync = 'never' | 'interval' | 'always';

/** Why frames are dropped: too many bytes on disk, too old, or another process has adopted them. */
export type LossReason = 'disk' | 'age' | 'adopted';

/** What a journal is created with. */
export interface JournalOptions extends JournalReports {
	/** The folder for the segments of one signal of one backend. */
	readonly directory: string;
	/** The signal. */
	readonly signal: FrameSignal;
	/** How many bytes all segments in the folder may have, including those of other processes. */
	readonly maxBytes: number;
	/** How old a frame may become, in milliseconds. */
	readonly maxAge: number;
	/** When the disk itself is waited for. */
	readonly fsync: Fsync;
	/** Receives the frames that were dropped. Parked frames are not in `entries`. */
	readonly onLost: (entries: readonly Entry[], reason: LossReason, segment: Segment) => void;
	/** Called before each segment is created. */
	readonly prepare?: () => void;
	/** The size at which a segment is sealed, in bytes. @default an eighth of `maxBytes`, from 64 KiB to 4 MiB */
	readonly segmentBytes?: number;
	/** The file system. @default Node's */
	readonly files?: FileSystem;
	/** Returns the present moment. @default that of the machine */
	readonly now?: () => Moment;
	/** Resolves to true if the owner lives. @default what the kernel or the beat of the owner shows */
	readonly isAlive?: (owner: string) => Promise<boolean>;
}

/**
 * Keeps frames on disk until a backend has acknowledged them, in a folder that several processes share.
 *
 * Each segment has one writer. When a process has exited, one of the others adopts its segments by renaming them, which
 * a file system lets only one process do.
 *
 * A frame that was appended survives the end of the process, however it ends. Whether it survives a loss of power
 * depends on `fsync`.
 */
export class Journal {
	readonly #options: JournalOptions;
	readonly #files: FileSystem;
	readonly #now: () => Moment;
	readonly #segmentBytes: number;
	/** The segments of this journal, in the order in which they were created or adopted. */
	readonly #segments = new Set<Segment>();
	readonly #lease: Lease;
	readonly #adoption: Adoption;
	readonly #removal: Removal;
	/** The segment that frames are appended to. */
	#active: Segment | undefined;
	/** How many names for segments were given out. */
	#names = 0;
	#syncTimer: NodeJS.Timeout | undefined;

	constructor(options: JournalOptions) {
		this.#options = options;
		const { directory, maxBytes, segmentBytes, files = nodeFileSystem, now = currentMoment } = options;
		this.#files = files;
		this.#now = now;
		this.#lease = new Lease(files, directory);
		this.#removal = new Removal(files);
		const { signal, onUnknownVersion, onUntrusted, onDamaged } = options;
		const liveness = new Liveness({ files, directory, onUntrusted, monotonic: () => now().sinceBoot });
		const { isAlive = (owner: string) => liveness.isAlive(owner) } = options;
		this.#adoption = new Adoption({
			...{ files, directory, signal, lease: this.#lease, now, isAlive, onUnknownVersion, onUntrusted, onDamaged },
			newPath: (time) => this.#newPath(time),
			onAdopted: (segment) => {
				this.#segments.add(segment);
				this.#removeIfDone(segment);
			},
		});
		const share = Math.max(MIN_SEGMENT_BYTES, Math.floor(maxBytes / 8));
		this.#segmentBytes = segmentBytes ?? Math.min(SEGMENT_BYTES, share);
	}

	/** How many bytes the segments of this journal have. */
	get size(): number {
		return [...this.#segments].reduce((sum, { size }) => sum + size, 0);
	}

	/**
	 * Appends frames in the background. Only one call at a time is allowed.
	 *
	 * @throws the file system's error; none of the frames is then in the journal
	 */
	async append(frames: readonly Frame[]): Promise<Entry[]> {
		const { fsync } = this.#options;
		const segment = this.#activeSegment();
		try {
			const entries = await segment.append(frames, fsync === 'always');
			if (fsync === 'interval') this.#syncSoon();
			return entries;
		} finally {
			this.#removeIfDone(segment);
		}
	}

	/**
	 * Appends frames before it returns: at the end of the process, and for a burst that memory has no room for.
	 *
	 * @throws as `append`
	 */
	appendSync(frames: readonly Frame[]): Entry[] {
		return this.#activeSegment().appendSync(frames);
	}

	/**
	 * Writes once more, before it returns, everything that is being written in the background.
	 *
	 * @returns the frames that are on disk since this call
	 * @throws the file system's error
	 */
	settleSync(): Entry[] {
		return [...this.#segments].flatMap((segment) => segment.settleSync());
	}

	/** Returns a frame's body. @throws if its file was removed or the frame is damaged */
	async read(entry: Entry): Promise<Uint8Array> {
		return entry.body ?? entry.segment.read(entry);
	}

	/**
	 * Marks a frame as accepted or refused by the backend, and removes its segment if no other frame of it is pending.
	 * Never rejects.
	 */
	async markDone(entry: Entry, state: 'acknowledged' | 'refused'): Promise<void> {
		const { segment } = entry;
		await segment.mark(entry, state).catch(() => undefined);
		// Frees the disk early, also if few frames follow. A small segment goes on: a new file costs more than its bytes.
		if (segment === this.#active && segment.size > this.#segmentBytes / 4 && segment.isDone) this.#seal();
		this.#removeIfDone(segment);
	}

	/**
	 * Adopts the segments of processes that have exited. Never rejects: a folder that cannot be read holds nothing.
	 *
	 * @param each - receives the pending entries of one segment after the other, the oldest first
	 */
	adopt(each: (entries: Entry[]) => void): Promise<void> {
		return this.#adoption.run(each);
	}

	/**
	 * Drops the segments of this journal that are older than `maxAge`, then the oldest until the folder has at most
	 * `maxBytes`. Never rejects.
	 */
	async applyRetention(): Promise<void> {
		const { directory, maxBytes, maxAge } = this.#options;
		const { sinceBoot } = this.#now();
		let total = this.size + (await bytesOfOthers(this.#files, directory, this.#lease.owners));
		const oldestFirst = [...this.#segments].sort((a, b) => a.newest - b.newest);
		for (const segment of oldestFirst) {
			const expired = !segment.isDone && sinceBoot - segment.newest > maxAge;
			if (!expired && total <= maxBytes) continue;
			if (segment === this.#active) {
				// The size of a segment bounds the one that is left in the folder.
				if (!expired && segment.size <= this.#segmentBytes) continue;
				this.#seal();
			}
			total -= segment.size;
			this.#drop(segment, expired ? 'age' : 'disk');
		}
	}

	/** Releases all segments, so that another process can adopt them: at a shutdown and at the end of the process. */
	closeSync(): void {
		this.#adoption.cancel();
		platform.clearTimeout(this.#syncTimer);
		this.#syncTimer = undefined;
		this.#seal(true);
		for (const segment of [...this.#segments]) {
			this.#removeIfDone(segment, true);
			segment.close();
			this.#segments.delete(segment);
		}
		this.#removal.finishSync();
		this.#lease.release();
	}

	/** Resolves when the disk has all that was appended, unless `fsync` is `never`. Never rejects. */
	async sync(): Promise<void> {
		if (this.#options.fsync === 'never') return;
		for (const segment of this.#segments) if (!segment.isDone) await segment.sync().catch(() => undefined);
	}

	/**
	 * Creates a segment that the caller writes and removes. The journal neither appends to it nor sends its frames; a
	 * process that comes later adopts it like all others.
	 *
	 * @throws the file system's error
	 */
	createSegment(): Segment {
		const { prepare, directory, fsync, signal } = this.#options;
		const [files, now] = [this.#files, this.#now];
		prepare?.();
		const path = this.#newPath(fileTimestamp(now().wall));
		const fd = files.createSync(path);
		const tag = newTag();
		const segment = new Segment({ files, path, fd, size: UNIT, signal, tag, now });
		try {
			files.writeSync(fd, encodeSegmentHeader(tag, now()), 0);
		} catch (error) {
			segment.close();
			ignoringErrors(() => files.unlinkSync(path));
			throw error;
		}
		// After a loss of power, a file whose name is not on the disk is lost, whatever it holds.
		if (fsync !== 'never') ignoringErrors(() => files.syncFolderSync(directory));
		return segment;
	}

	/** Removes a segment of `createSegment()` before it returns. Never throws. */
	removeSegmentSync({ path }: Segment): void {
		this.#removal.remove(path, true);
	}

	/** Returns the active segment; a new one if there is none, if it is full, or if its file is not at its path. */
	#activeSegment(): Segment {
		const active = this.#active;
		if (active !== undefined && !active.exists) this.#leaveMissing(active);
		else if (active !== undefined && (active.isTorn || active.size >= this.#segmentBytes)) this.#seal();
		if (this.#active === undefined) {
			this.#active = this.createSegment();
			this.#segments.add(this.#active);
		}
		return this.#active;
	}

	/** Leaves a file that is not at its path. If another process adopted it, that process sends it; else memory does. */
	#leaveMissing(segment: Segment): void {
		this.#active = undefined;
		segment.sealed = true;
		if (segment.wasRenamed) this.#drop(segment, 'adopted', false);
	}

	/** Ends the active segment. @param sync - true to remove it before the call returns, if it is done */
	#seal(sync = false): void {
		const segment = this.#active;
		if (segment === undefined) return;
		this.#active = undefined;
		segment.sealed = true;
		if (!segment.isDone) segment.close();
		else this.#removeIfDone(segment, sync);
	}

	/** Removes a segment that nothing is appended to and of which nothing is pending. */
	#removeIfDone(segment: Segment, sync = false): void {
		if (!segment.sealed || !segment.isDone || segment.isWriting) return;
		this.#segments.delete(segment);
		segment.close();
		this.#removal.remove(segment.path, sync);
	}

	/** Drops the pending frames of a segment and reports them. @param remove - whether its file is removed as well */
	#drop(segment: Segment, reason: LossReason, remove = true): void {
		const lost = [...segment.pending];
		const wasPending = !segment.isDone;
		segment.pending.clear();
		segment.parked = 0;
		segment.sealed = true;
		if (remove) this.#removeIfDone(segment);
		else this.#segments.delete(segment);
		if (wasPending) this.#options.onLost(lost, reason, segment);
	}

	/** Waits for the disk after `SYNC_INTERVAL_MS`, in the background, unless that is scheduled. */
	#syncSoon(): void {
		this.#syncTimer ??= platform
			.setTimeout(() => {
				this.#syncTimer = undefined;
				void this.sync();
			}, SYNC_INTERVAL_MS)
			.unref();
	}

	/** Returns a path for a segment of this journal's owner. @throws the file system's error if there is no lease */
	#newPath(time: string): string {
		const owner = this.#lease.acquire();
		const number = this.#names;
		this.#names += 1;
		return join(this.#options.directory, segmentName(time, owner, number));
	}
}

/** Does a step whose failure changes nothing: what it removes or makes durable is already removed, or cannot be. */
function ignoringErrors(step: () => void): void {
	try {
		step();
	} catch {
		// See above.
	}
}
