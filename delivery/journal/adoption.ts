import { join } from 'node:path';
import { ageOf, type Moment } from '../common/age.js';
import { distrust, isOwnUid } from '../common/trusted-file.js';
import type { FileSystem } from './files/file-system.js';
import type { Lease } from './lease/lease.js';
import { lockFileName, ownerFileName } from './lease/owner.js';
import { findOrphans } from './orphans.js';
import { type FrameSignal, VERSION } from './segments/frame.js';
import { scanSegment } from './segments/scan.js';
import { type Entry, Segment } from './segments/segment.js';

/** What is reported of files that are not, or not wholly, read. */
export interface JournalReports {
	/** Receives a file of another version, or of none (undefined). It is left as it is. */
	readonly onUnknownVersion: (path: string, version: number | undefined) => void;
	/** Receives a name that is not used, and the reason as the end of a sentence. It is left as it is. */
	readonly onUntrusted: (path: string, reason: string) => void;
	/** Receives how many places of a file could not be read, and how many bytes these have. The rest is sent. */
	readonly onDamaged: (path: string, places: number, bytes: number) => void;
}

/** What `Adoption` is created with. */
export interface AdoptionOptions extends JournalReports {
	readonly files: FileSystem;
	/** The folder that several processes share. */
	readonly directory: string;
	/** The lease of the journal that adopts. */
	readonly lease: Lease;
	/** The signal of the journal that adopts. */
	readonly signal: FrameSignal;
	/** Returns the present moment. */
	readonly now: () => Moment;
	/** Resolves to true if the owner lives. */
	readonly isAlive: (owner: string) => Promise<boolean>;
	/**
	 * Returns a new path for a segment of that time, in the name of the journal that adopts.
	 *
	 * @throws the file system's error
	 */
	readonly newPath: (time: string) => string;
	/** Receives each segment that was adopted. */
	readonly onAdopted: (segment: Segment) => void;
}

/**
 * Adopts the segments of processes that have exited: renames each to a name of this journal's owner, which a file
 * system lets only one process do, and reads which of its frames are pending.
 */
export class Adoption {
	readonly #options: AdoptionOptions;
	/** How often `cancel()` was called. */
	#cancellations = 0;

	constructor(options: AdoptionOptions) {
		this.#options = options;
	}

	/** Ends the runs that are in progress: a journal that released its lease must not adopt its own segments. */
	cancel(): void {
		this.#cancellations += 1;
	}

	/**
	 * Adopts all segments whose owner has exited. Never rejects: a folder that cannot be read holds nothing, and a
	 * segment that cannot be read is left to the next run.
	 *
	 * @param each - receives the entries of one segment after the other, the oldest first
	 */
	async run(each: (entries: Entry[]) => void): Promise<void> {
		const { files, directory, lease, isAlive } = this.#options;
		const cancellations = this.#cancellations;
		const { owners, orphans } = await findOrphans(files, directory, lease.owners, isAlive);
		// After a cancellation, the journal's own segments look like those of another process.
		if (this.#cancellations !== cancellations) return;
		/** The owners of which a segment is left. */
		const incomplete = new Set<string>();
		for (const { path, time, owner } of orphans) {
			try {
				const adopted = await this.#adoptFile(path, time, cancellations);
				if (adopted === undefined) incomplete.add(owner);
				else each(adopted);
			} catch {
				// Another process was first, or the file cannot be opened. The next run finds out.
				incomplete.add(owner);
			}
		}
		for (const owner of owners) {
			if (incomplete.has(owner)) continue;
			for (const name of [ownerFileName(owner), lockFileName(owner)]) {
				await files.unlink(join(directory, name)).catch(() => undefined);
			}
		}
	}

	/** Adopts one file. Resolves to undefined if it is left as it is, or if the run was cancelled. */
	async #adoptFile(path: string, time: string, cancellations: number): Promise<Entry[] | undefined> {
		const { files, signal, now, newPath, onAdopted, onUnknownVersion, onDamaged } = this.#options;
		const size = await this.#trustedSize(path);
		if (size === undefined) return undefined;
		const fd = files.openSync(path);
		let segment: Segment | undefined;
		try {
			// Read before the rename: a segment that was renamed and could not be read would have a living owner that does
			// not know its frames, and nobody would adopt it.
			const scan = await scanSegment((length, offset) => files.read(fd, length, offset), size);
			if (scan.version !== VERSION) {
				onUnknownVersion(path, scan.version);
				return undefined;
			}
			const other = scan.frames.find((frame) => frame.signal !== signal);
			if (other !== undefined) {
				this.#options.onUntrusted(path, `holds ${other.signal} in a folder of ${signal}`);
				return undefined;
			}
			if (this.#cancellations !== cancellations) return undefined;
			const adoptedPath = newPath(time);
			await files.rename(path, adoptedPath);
			segment = new Segment({ files, path: adoptedPath, fd, size, signal, now });
			segment.sealed = true;
			const { sinceBoot } = now();
			segment.newest = sinceBoot - (scan.newest === undefined ? 0 : ageOf(scan.newest, now()));
			const entries = segment.addFound(scan.frames);
			onAdopted(segment);
			if (scan.damaged > 0) onDamaged(path, scan.damaged, scan.skippedBytes);
			return entries;
		} finally {
			if (segment === undefined) files.closeSync(fd);
			else segment.close();
		}
	}

	/** Resolves to the size of a file; to undefined, after a report, if it is not to be opened. */
	async #trustedSize(path: string): Promise<number | undefined> {
		const { files, lease, onUntrusted } = this.#options;
		const stats = await files.lstat(path);
		// Of a file system that stores another user, the file of this journal's owner shows which.
		if (stats.isFile() && !isOwnUid(stats.uid)) lease.acquire();
		const reason = distrust(stats);
		if (reason === undefined) return stats.size;
		onUntrusted(path, reason);
		return undefined;
	}
}
