import { join } from 'node:path';
import { platform } from '../../lib/runtime/platform.js';
import type { FileSystem } from './files/file-system.js';
import type { Lease } from './lease/lease.js';
import { isAlive, ownerFileName } from './lease/owner.js';
import { findOrphans } from './orphans.js';
import { PREAMBLE, versionOf } from './segments/frame.js';
import { type Entry, Segment } from './segments/segment.js';

/** How many bytes of a file are read to find its version. */
const HEAD_BYTES = 24;

/** What an adoption found. */
export interface AdoptionResult {
	/** The pending frames, the oldest first. */
	readonly entries: Entry[];
	/** How many places in the files held no whole frame. */
	readonly damaged: number;
}

/** What `Adoption` is created with. */
export interface AdoptionOptions {
	readonly files: FileSystem;
	/** The folder that several processes share. */
	readonly directory: string;
	/** The lease of the journal that adopts. */
	readonly lease: Lease;
	/** Returns the time in milliseconds since 1970. @default Date.now */
	readonly now?: (() => number) | undefined;
	/** Resolves to true if the owner whose file has that path lives. @default the check of `owner.ts` */
	readonly isAlive?: ((path: string) => Promise<boolean>) | undefined;
	/** Receives a file of another version, or of none. It is left as it is. */
	readonly onUnknownVersion: (path: string, version: number | undefined) => void;
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
 * system lets only one process do, and reads its pending frames.
 */
export class Adoption {
	readonly #options: AdoptionOptions;
	readonly #isAlive: (path: string) => Promise<boolean>;
	/** How often `cancel()` was called. */
	#cancellations = 0;

	constructor(options: AdoptionOptions) {
		this.#options = options;
		const { files, now = platform.dateNow } = options;
		this.#isAlive = options.isAlive ?? ((path) => isAlive(files, path, now()));
	}

	/** Ends the runs that are in progress: a journal that released its lease must not adopt its own segments. */
	cancel(): void {
		this.#cancellations += 1;
	}

	/**
	 * Adopts all segments whose owner has exited. Never rejects: a folder that cannot be read holds nothing, and a
	 * segment that cannot be read is left to the next run.
	 *
	 * @param each - receives the entries of one segment after the other; the result then holds none
	 */
	async run(each?: (entries: Entry[]) => void): Promise<AdoptionResult> {
		const { files, directory, lease } = this.#options;
		const cancellations = this.#cancellations;
		const { owners, orphans } = await findOrphans(files, directory, lease.owners, this.#isAlive);
		// After a cancellation, the journal's own segments look like those of another process.
		if (this.#cancellations !== cancellations) return { entries: [], damaged: 0 };
		const entries: Entry[] = [];
		let damaged = 0;
		/** The owners of which a segment is left. */
		const incomplete = new Set<string>();
		for (const { path, time, owner } of orphans) {
			try {
				const adopted = await this.#adoptFile(path, time, cancellations);
				if (adopted === undefined) incomplete.add(owner);
				if (each === undefined) entries.push(...(adopted?.entries ?? []));
				else if (adopted !== undefined) each(adopted.entries);
				damaged += adopted?.damaged ?? 0;
			} catch {
				// Another process was first, or the file cannot be opened. The next run finds out.
				incomplete.add(owner);
			}
		}
		for (const owner of owners) {
			if (incomplete.has(owner)) continue;
			await files.unlink(join(directory, ownerFileName(owner))).catch(() => undefined);
		}
		return { entries, damaged };
	}

	/** Adopts one file. Resolves to undefined if it has another version, or if the run was cancelled. */
	async #adoptFile(path: string, time: string, cancellations: number): Promise<AdoptionResult | undefined> {
		const { files, newPath, onAdopted, onUnknownVersion } = this.#options;
		const fd = files.openSync(path);
		let segment: Segment | undefined;
		try {
			const head = await files.read(fd, HEAD_BYTES, 0);
			// A process that is killed while it creates a segment leaves a part of the preamble.
			const torn = head.length < PREAMBLE.length && PREAMBLE.subarray(0, head.length).equals(head);
			if (!torn && versionOf(head) !== versionOf(PREAMBLE)) {
				onUnknownVersion(path, versionOf(head));
				return undefined;
			}
			// Read before the rename: a segment that was renamed and could not be read would have a living owner that does
			// not know its frames, and nobody would adopt it.
			const bytes = await files.readFile(path);
			if (this.#cancellations !== cancellations) return undefined;
			const adoptedPath = newPath(time);
			await files.rename(path, adoptedPath);
			segment = new Segment(files, adoptedPath, { fd, size: bytes.length });
			segment.sealed = true;
			const found = torn ? { entries: [], damaged: head.length > 0 ? 1 : 0 } : segment.entriesIn(bytes);
			onAdopted(segment);
			return found;
		} finally {
			if (segment === undefined) files.closeSync(fd);
			else segment.close();
		}
	}
}
