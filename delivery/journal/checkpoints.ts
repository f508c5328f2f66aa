import { platform } from '../../lib/runtime/platform.js';
import { untraced } from '../common/untraced.js';
import type { Journal } from './journal.js';
import type { Encoding, Frame } from './segments/frame.js';
import type { Entry, Segment } from './segments/segment.js';

/**
 * A file of this size (256 KiB) is sealed and a new one is created, so that files whose checkpoints ended are removed.
 */
const FILE_BYTES = 256 * 2 ** 10;

/** How many bytes all files may have (16 MiB). A checkpoint that has no room is not written until others have ended. */
const MAX_BYTES = 16 * 2 ** 20;

/** About how many bytes are encoded in one turn of the event loop (1 MiB). */
const TURN_BYTES = 2 ** 20;

/** A checkpoint that is encoded and not written yet. */
interface EncodedCheckpoint {
	/** What it is the checkpoint of. */
	readonly key: object;
	readonly frame: Frame;
}

/** How checkpoints are encoded. */
export interface CheckpointsOptions<T> {
	readonly encoding: Encoding;
	/** Returns records as an OTLP request. @throws if a record cannot be encoded; its checkpoint is left out */
	readonly encode: (records: T[]) => Uint8Array;
}

/**
 * Checkpoints of open spans: each as it would be if it ended now, in segments of the journal that this process never
 * sends. If the process is killed, the one that adopts its segments sends them. A checkpoint that has ended changes one
 * byte in place.
 *
 * `stats()` does not count a checkpoint before it is adopted. Nothing here throws or rejects: the journal reports a
 * disk that fails.
 */
export class Checkpoints<T> {
	readonly #journal: Journal;
	readonly #options: CheckpointsOptions<T>;
	/** What is to be written. */
	readonly #waiting = new Map<object, T>();
	/** What is on disk. */
	readonly #entries = new Map<object, Entry>();
	readonly #segments = new Set<Segment>();
	/** The segment that checkpoints are appended to. */
	#active: Segment | undefined;
	/** The writing in the background. It does not reject. */
	#writing: Promise<void> | undefined;
	/** Of what is being written, the keys that were not removed meanwhile. */
	readonly #wanted = new Set<object>();
	#closed = false;

	constructor(journal: Journal, options: CheckpointsOptions<T>) {
		this.#journal = journal;
		this.#options = options;
	}

	/**
	 * Writes a checkpoint in the background. It replaces the one of the same key.
	 *
	 * @param key - what it is the checkpoint of, such as a span
	 */
	save(key: object, record: T): void {
		if (this.#closed) return;
		this.#waiting.set(key, record);
		this.#writing ??= untraced(() => this.#writeAll());
	}

	/** Removes the checkpoint of a key: what it stood for has ended. */
	remove(key: object): void {
		this.#waiting.delete(key);
		this.#wanted.delete(key);
		const entry = this.#entries.get(key);
		if (entry === undefined) return;
		this.#entries.delete(key);
		untraced(() => this.#end(entry));
	}

	/** Resolves when all checkpoints that were saved are on disk. */
	async written(): Promise<void> {
		await this.#writing;
	}

	/** Removes all checkpoints before it returns, and ignores later ones: the process ends in an orderly way. */
	closeSync(): void {
		this.#closed = true;
		this.#waiting.clear();
		this.#entries.clear();
		this.#active = undefined;
		for (const segment of this.#segments) this.#removeSegment(segment);
	}

	/** Writes everything that is to be written, turn by turn. */
	async #writeAll(): Promise<void> {
		while (this.#waiting.size > 0) {
			// Encoding gets a turn of the event loop of its own, so that it never delays a call of the application.
			await new Promise((resolve) => platform.setImmediate(resolve));
			try {
				await this.#write(this.#encodeWaiting());
			} catch {
				// The caller saves them again at their next interval.
			} finally {
				this.#wanted.clear();
			}
		}
		this.#writing = undefined;
	}

	/** Encodes what is to be written, as much as one turn of the event loop may encode. */
	#encodeWaiting(): EncodedCheckpoint[] {
		const { encoding, encode } = this.#options;
		const bytesOnDisk = [...this.#segments].reduce((sum, { size }) => sum + size, 0);
		const encoded: EncodedCheckpoint[] = [];
		let bytes = 0;
		for (const [key, record] of this.#waiting) {
			if (bytes >= TURN_BYTES) break;
			this.#waiting.delete(key);
			try {
				const body = encode([record]);
				if (bytesOnDisk + bytes + body.length > MAX_BYTES) continue;
				bytes += body.length;
				encoded.push({ key, frame: { kind: 'checkpoint', encoding, count: 1, time: platform.dateNow(), body } });
				this.#wanted.add(key);
			} catch {
				// A record that cannot be encoded is reported when it ends.
			}
		}
		return encoded;
	}

	/** Appends checkpoints, and ends those that they replace. @throws the file system's error */
	async #write(encoded: readonly EncodedCheckpoint[]): Promise<void> {
		if (encoded.length === 0) return;
		const entries = await this.#activeSegment().append(
			encoded.map(({ frame }) => frame),
			false,
		);
		encoded.forEach(({ key }, index) => {
			const [previous, entry] = [this.#entries.get(key), entries[index]];
			if (entry === undefined) return;
			entry.body = undefined;
			if (this.#wanted.has(key) && !this.#closed) this.#entries.set(key, entry);
			else this.#end(entry);
			// The previous one ends after the new one is on disk: at a kill in between, there is one of the two.
			if (previous !== undefined) this.#end(previous);
		});
	}

	/** Returns the segment for the next checkpoints: a new one if it is full or its file was removed. */
	#activeSegment(): Segment {
		const active = this.#active;
		if (active?.exists && !active.isTorn && active.size < FILE_BYTES) return active;
		if (active !== undefined) active.sealed = true;
		this.#active = this.#journal.createSegment();
		this.#segments.add(this.#active);
		if (active?.isDone) this.#removeSegment(active);
		return this.#active;
	}

	/** Marks a checkpoint as ended, in the background, and removes its file if it was the last one. */
	#end(entry: Entry): void {
		const { segment } = entry;
		void segment.mark(entry, 'acknowledged').then(() => {
			if (segment.isDone && segment.sealed) this.#removeSegment(segment);
		});
	}

	/** Removes a segment and its file, once. */
	#removeSegment(segment: Segment): void {
		if (!this.#segments.delete(segment)) return;
		segment.close();
		this.#journal.removeSegmentSync(segment);
	}
}
