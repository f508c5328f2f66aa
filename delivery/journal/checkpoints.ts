import { untraced } from '../common/untraced.js';
import type { Encoding, Frame } from './frame.js';
import type { Journal } from './journal.js';
import type { Entry, Segment } from './segment.js';

/** A file of this size is left for another one, so that what is over can be removed. */
const FILE_BYTES = 256 * 2 ** 10;

/** All files together; what has no room is not noted until some of it is over. */
const MAX_BYTES = 16 * 2 ** 20;

/** So many bytes are encoded in one turn of the loop. */
const TURN_BYTES = 2 ** 20;

/** A note that is to be written. */
interface Framed {
	readonly of: object;
	readonly frame: Frame;
}

/** How a record is written. */
export interface CheckpointsOptions<T> {
	readonly encoding: Encoding;
	readonly encode: (records: T[]) => Uint8Array;
}

/**
 * What is under way, as it would be if it ended now: in segments of the journal that their writer never sends. Whoever
 * takes over from a process that was killed sends them, as it does all segments. A note that is over is one byte that is
 * changed in place.
 *
 * Nothing here is counted: a note is no record yet, and becomes one where it is taken over. Nothing throws or rejects; of
 * a disk that fails the journal itself speaks.
 */
export class Checkpoints<T> {
	readonly #journal: Journal;
	readonly #options: CheckpointsOptions<T>;
	readonly #waiting = new Map<object, T>();
	readonly #entries = new Map<object, Entry>();
	readonly #segments = new Set<Segment>();
	#active: Segment | undefined;
	#writing: Promise<void> | undefined;
	/** Of what is being written, what is not over. */
	readonly #wanted = new Set<object>();
	#closed = false;

	constructor(journal: Journal, options: CheckpointsOptions<T>) {
		this.#journal = journal;
		this.#options = options;
	}

	/** Writes it down in the background, in place of what was written of the same. */
	note(of: object, record: T): void {
		if (this.#closed) return;
		this.#waiting.set(of, record);
		this.#writing ??= untraced(() => this.#writeAll());
	}

	/** It is no longer under way. */
	forget(of: object): void {
		this.#waiting.delete(of);
		this.#wanted.delete(of);
		const entry = this.#entries.get(of);
		if (entry === undefined) return;
		this.#entries.delete(of);
		untraced(() => this.#over(entry));
	}

	/** Resolves when what was noted stands on the disk. */
	async written(): Promise<void> {
		await this.#writing;
	}

	/** Removes all notes, at once: what is under way no longer needs them, or ends in an order of its own. */
	closeSync(): void {
		this.#closed = true;
		this.#waiting.clear();
		this.#entries.clear();
		this.#active = undefined;
		for (const segment of this.#segments) this.#remove(segment);
	}

	async #writeAll(): Promise<void> {
		while (this.#waiting.size > 0) {
			// A turn of its own: encoding is never at the cost of a call.
			await new Promise((resolve) => setImmediate(resolve));
			try {
				await this.#write(this.#next());
			} catch {
				// They are noted again when their turn comes.
			} finally {
				this.#wanted.clear();
			}
		}
		this.#writing = undefined;
	}

	/** Encodes what waits, as much as one turn may take. */
	#next(): Framed[] {
		const { encoding, encode } = this.#options;
		const before = [...this.#segments].reduce((sum, { size }) => sum + size, 0);
		const framed: Framed[] = [];
		let bytes = 0;
		for (const [of, record] of this.#waiting) {
			if (bytes >= TURN_BYTES) break;
			this.#waiting.delete(of);
			try {
				const body = encode([record]);
				if (before + bytes + body.length > MAX_BYTES) continue;
				bytes += body.length;
				framed.push({ of, frame: { encoding, count: 1, time: Date.now(), body } });
				this.#wanted.add(of);
			} catch {
				// What cannot be encoded is told when it ends.
			}
		}
		return framed;
	}

	async #write(framed: readonly Framed[]): Promise<void> {
		if (framed.length === 0) return;
		const entries = await this.#segmentFor().append(
			framed.map(({ frame }) => frame),
			false,
		);
		framed.forEach(({ of }, index) => {
			const [before, entry] = [this.#entries.get(of), entries[index]];
			if (entry === undefined) return;
			entry.body = undefined;
			if (this.#wanted.has(of) && !this.#closed) this.#entries.set(of, entry);
			else this.#over(entry);
			if (before !== undefined) this.#over(before);
		});
	}

	#segmentFor(): Segment {
		const active = this.#active;
		if (active?.stands && active.size < FILE_BYTES) return active;
		if (active !== undefined) active.sealed = true;
		this.#active = this.#journal.make();
		this.#segments.add(this.#active);
		if (active?.done) this.#remove(active);
		return this.#active;
	}

	#over(entry: Entry): void {
		const { segment } = entry;
		void segment.mark(entry, 'acknowledged').then(() => {
			if (segment.done && segment.sealed) this.#remove(segment);
		});
	}

	#remove(segment: Segment): void {
		if (!this.#segments.delete(segment)) return;
		segment.close();
		this.#journal.removeNow(segment);
	}
}
