import { warnOnce } from '../lib/runtime/log-once.js';
import { platform } from '../lib/runtime/platform.js';
import type { Counts } from './common/counts.js';
import { Queue, type QueuedRecord } from './common/queue.js';
import { untraced } from './common/untraced.js';
import type { Journal } from './journal/journal.js';
import type { Encoding, Frame } from './journal/segments/frame.js';
import type { Backlog, PendingBody } from './sending/backlog.js';

/** How many bytes of records are encoded as one body, at most (1 MiB): encoding blocks the event loop. */
export const BODY_BYTES = 2 ** 20;

/** About how many bytes are written to the journal at once (4 MiB). */
const COMMIT_BYTES = 4 * 2 ** 20;

/**
 * How many milliseconds the file system is left alone after a failed write: first, and at most. It doubles each time.
 */
const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;

/** After how many appended bytes the bounds of the journal are applied again (1 MiB). */
const RETENTION_EACH_BYTES = 2 ** 20;

/** The id of the problem that the disk fails. All signals have the same, since they share a directory. */
export const WRITE_FAILURE = 'delivery/write';

/** What a buffer knows of its records. */
export interface BufferOptions<T> {
	/** What the records are called in messages, in the plural: `spans`. */
	readonly recordName: string;
	/** How bodies are encoded. */
	readonly encoding: Encoding;
	/** Returns records as an OTLP request. @throws if a record cannot be encoded */
	readonly encode: (records: T[]) => Uint8Array;
	/** Returns a promise that resolves when the record can be encoded; undefined if it can be now. */
	readonly ready: (record: T) => Promise<void> | undefined;
	/** How many records make a body, at most. */
	readonly batch: number;
	/** How many records may be in memory only. */
	readonly maxQueued: number;
	/** How many bytes of records and bodies may be in memory. */
	readonly maxQueueBytes: number;
}

/** A write-behind buffer: holds records in memory, encodes them as bodies, and appends those to the journal. */
export class RecordBuffer<T> {
	/** The records that are not encoded yet. */
	readonly queue = new Queue<T>();
	readonly #options: BufferOptions<T>;
	readonly #journal: Journal | undefined;
	readonly #backlog: Backlog;
	readonly #counts: Counts;
	/** The bodies that are being appended in the background. */
	#appending: PendingBody[] = [];
	/** How long the disk is left alone after the last failure, in milliseconds; 0 if it works. */
	#retryMs = 0;
	/** Until when the disk is left alone, as `performance.now()` counts. */
	#notBefore = 0;
	/** How many bytes were appended since the bounds of the journal were applied. */
	#appended = 0;

	/**
	 * @param journal - undefined to keep everything in memory
	 * @param backlog - receives the bodies
	 */
	constructor(options: BufferOptions<T>, journal: Journal | undefined, backlog: Backlog, counts: Counts) {
		this.#options = options;
		this.#journal = journal;
		this.#backlog = backlog;
		this.#counts = counts;
	}

	/**
	 * In how many milliseconds a failed write is tried again; undefined if the disk works or nothing is to be written.
	 */
	get retryInMs(): number | undefined {
		if (this.#retryMs === 0 || this.#backlog.unstored().length === 0) return undefined;
		return Math.max(0, this.#notBefore - platform.performanceNow());
	}

	/**
	 * Queues a record. If memory is full, it makes room first: writes older records to disk, or drops records without
	 * priority for one that has it.
	 *
	 * @returns false if there is no room; the record is then not queued
	 */
	push(record: QueuedRecord<T>): boolean {
		if (!this.#fits(record) && !this.#makeRoom(record)) return false;
		this.#counts.queued += record.count;
		this.queue.push(record);
		return true;
	}

	/** Returns true if a record fits within both bounds. */
	#fits({ count, size }: QueuedRecord<T>): boolean {
		const { maxQueued, maxQueueBytes } = this.#options;
		const bytes = this.queue.bytes + this.#backlog.memoryBytes + size;
		return this.#counts.queued + count <= maxQueued && bytes <= maxQueueBytes;
	}

	/** Makes room for a record. Returns true if it fits now. */
	#makeRoom(record: QueuedRecord<T>): boolean {
		while (!this.#fits(record) && untraced(() => this.#spill())) {
			// Each round writes one body to disk.
		}
		while (!this.#fits(record) && record.priority) {
			const evicted = this.queue.evict();
			if (evicted === undefined) break;
			this.#counts.queued -= evicted.count;
			this.#counts.drop(evicted.count, 'memory');
		}
		return this.#fits(record);
	}

	/** Encodes all queued records and appends them to the journal. The application gets a turn after each body. */
	async commit(): Promise<void> {
		do {
			// Encoding gets a turn of its own, so that it never delays the call that created the last record.
			await new Promise((resolve) => platform.setImmediate(resolve));
			const oldest = this.queue.first;
			if (oldest !== undefined) await this.#whenReady(oldest);
			this.#encode();
			await this.#append();
		} while (this.queue.length > 0);
	}

	/** Appends everything that is in memory only to the journal, before it returns. Never throws. */
	flushSync(journal: Journal): void {
		try {
			// The bodies of `#append()` come first: they have their offsets already.
			const written = journal.settleSync();
			written.forEach((entry, index) => {
				const pending = this.#appending[index];
				if (pending !== undefined) this.#backlog.markStored(pending, entry);
			});
			this.#appending = [];
			this.#appendSync(journal, this.#backlog.unstored());
			while (this.queue.length > 0) this.#appendSync(journal, this.#encode());
		} catch (error) {
			this.#onFailure(error);
		}
	}

	/** Encodes all queued records, before it returns. */
	encodeAll(): void {
		while (this.queue.length > 0) this.#encode();
	}

	/** Drops everything that is in memory only. @param reason - under which `stats()` counts it */
	drop(reason: string): void {
		for (const { count } of this.queue.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)) {
			this.#counts.queued -= count;
			this.#counts.drop(count, reason);
		}
		this.#backlog.dropUnstored(reason);
	}

	/** Writes the oldest records to disk, before it returns. Returns false if that is not possible. */
	#spill(): boolean {
		const journal = this.#journal;
		const oldest = this.queue.first;
		// A disk that has failed is not tried here: that would delay the caller of `push()` each time.
		if (journal === undefined || oldest === undefined || this.#retryMs > 0) return false;
		try {
			if (this.#options.ready(oldest) !== undefined) return false;
			this.#appendSync(journal, this.#encode());
			return true;
		} catch (error) {
			this.#onFailure(error);
			return false;
		}
	}

	/** Appends bodies one by one, so that a failure leaves those before it on disk. @throws the file system's error */
	#appendSync(journal: Journal, bodies: readonly PendingBody[]): void {
		for (const pending of bodies) {
			if (pending.body === undefined) continue;
			const [entry] = journal.appendSync([frameOf(pending, pending.body)]);
			if (entry !== undefined) this.#backlog.markStored(pending, entry);
			this.#appended += pending.size;
		}
	}

	/** Resolves when a record can be encoded. Never rejects. */
	async #whenReady(record: T): Promise<void> {
		try {
			await this.#options.ready(record);
		} catch {
			// The record is encoded without what it waited for.
		}
	}

	/**
	 * Encodes the oldest records as one body. If that fails, encodes each on its own, so that one that cannot be encoded
	 * is dropped without the others.
	 */
	#encode(): PendingBody[] {
		const { batch, encode, encoding, recordName } = this.#options;
		// Everything that is taken here is added to the backlog or counted as dropped before this returns.
		const taken = this.queue.take(batch, BODY_BYTES);
		if (taken.length === 0) return [];
		const time = platform.dateNow();
		const bodyOf = (records: readonly QueuedRecord<T>[]): PendingBody => {
			const body = encode(records.map(({ record }) => record));
			return this.#backlog.add({ encoding, count: records.reduce((sum, { count }) => sum + count, 0), time, body });
		};
		try {
			return [bodyOf(taken)];
		} catch {
			return taken.flatMap((queued) => {
				try {
					return [bodyOf([queued])];
				} catch (error) {
					this.#counts.queued -= queued.count;
					this.#counts.drop(queued.count, 'unencodable');
					warnOnce(`otlp/${recordName}/encode`, `${recordName} that OpenTelemetry cannot encode are dropped.`, error);
					return [];
				}
			});
		}
	}

	/**
	 * Appends bodies to the journal in the background. What cannot be written stays in memory, and is sent from there.
	 */
	async #append(): Promise<void> {
		const journal = this.#journal;
		if (journal === undefined || platform.performanceNow() < this.#notBefore) return;
		// Bodies that an earlier, failed write has left come first, since the backlog is in order.
		const bodies: PendingBody[] = [];
		let bytes = 0;
		for (const pending of this.#backlog.unstored()) {
			if (bytes > COMMIT_BYTES) break;
			bodies.push(pending);
			bytes += pending.size;
		}
		if (bodies.length === 0) return;
		// `flushSync()` may write these bodies once more while this waits.
		this.#appending = bodies;
		const storing = this.#store(journal, bodies, bytes);
		for (const pending of bodies) pending.storing = storing;
		await storing;
		for (const pending of bodies) pending.storing = undefined;
		this.#appending = [];
	}

	/** Writes bodies in the background. Does not reject. @param bytes - how many bytes they have */
	async #store(journal: Journal, bodies: readonly PendingBody[], bytes: number): Promise<void> {
		try {
			const entries = await journal.append(bodies.map((each) => frameOf(each, each.body ?? new Uint8Array())));
			const marks = entries.map(async (entry, index) => {
				const pending = bodies[index];
				if (pending === undefined) return;
				this.#backlog.markStored(pending, entry);
				// It was dropped while it was being written.
				if (pending.decided) await journal.markDone(entry, 'acknowledged');
			});
			await Promise.all(marks);
			this.#retryMs = 0;
			this.#appended += bytes;
			if (this.#appended >= RETENTION_EACH_BYTES) {
				this.#appended = 0;
				await journal.applyRetention();
			}
			this.#backlog.park();
		} catch (error) {
			this.#onFailure(error);
		}
	}

	/** Leaves the disk alone for a while, and logs the error once. */
	#onFailure(error: unknown): void {
		this.#retryMs = Math.min(this.#retryMs * 2 || RETRY_FIRST_MS, RETRY_LAST_MS);
		this.#notBefore = platform.performanceNow() + this.#retryMs;
		warnOnce(
			WRITE_FAILURE,
			'the journal cannot be written; what is made waits in memory until it is sent, up to a limit, and is lost with the ' +
				'process. Make the directory writable, name another one with delivery.directory, or set delivery.journal: false.',
			error,
		);
	}
}

/** Returns a body as the journal holds it. */
function frameOf({ encoding, count, time }: PendingBody, body: Uint8Array): Frame {
	return { encoding, count, time, body };
}
