import { warnOnce } from '../lib/runtime/log-once.js';
import type { Counts } from './common/counts.js';
import { Queue, type Waiting } from './common/queue.js';
import { untraced } from './common/untraced.js';
import type { Encoding, Frame } from './journal/frame.js';
import type { Journal } from './journal/journal.js';
import type { Backlog, Held } from './sending/backlog.js';

/** A body is encoded of so many bytes of records at most: encoding holds the loop. */
export const BODY_BYTES = 2 ** 20;

/** So much goes to the journal in one write. */
const COMMIT_BYTES = 4 * 2 ** 20;

/** After a failed write the file system is left alone for a while, twice as long each time. */
const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;

/** The journal is held to its bounds each time so much was appended. */
const EXPIRE_EACH = 2 ** 20;

/** The problem that the disk fails, one for all signals: they stand in one directory. */
export const CANNOT_WRITE = 'delivery/write';

/** What must be known of the records that are stored. */
export interface BufferOptions<T> {
	/** For messages: `spans`. */
	readonly what: string;
	readonly encoding: Encoding;
	/** Throws what the serializer does on a record it cannot encode. */
	readonly encode: (records: T[]) => Uint8Array;
	/** Resolves when the record can be encoded; undefined where it can be at once. */
	readonly ready: (record: T) => Promise<void> | undefined;
	/** How many records make a body. */
	readonly batch: number;
	/** What may wait in memory. */
	readonly maxQueued: number;
	readonly maxQueueBytes: number;
}

/** What waits in memory, and its way to the disk: records, then bodies, then entries of the journal. */
export class RecordBuffer<T> {
	readonly queue = new Queue<T>();
	readonly #options: BufferOptions<T>;
	readonly #journal: Journal | undefined;
	readonly #backlog: Backlog;
	readonly #counts: Counts;
	#storing: Held[] = [];
	#retryMs = 0;
	#notBefore = 0;
	#appended = 0;

	constructor(options: BufferOptions<T>, journal: Journal | undefined, backlog: Backlog, counts: Counts) {
		this.#options = options;
		this.#journal = journal;
		this.#backlog = backlog;
		this.#counts = counts;
	}

	/** In how many milliseconds a disk that failed is tried again with what waits for it; undefined where nothing does. */
	get retryInMs(): number | undefined {
		if (this.#retryMs === 0 || this.#backlog.unstored().length === 0) return undefined;
		return Math.max(0, this.#notBefore - performance.now());
	}

	/** Takes a record; false where there is no room for it, and none can be made: on the disk, or at the cost of lesser ones. */
	push(one: Waiting<T>): boolean {
		if (!this.#fits(one) && !this.#makeRoom(one)) return false;
		this.#counts.queued += one.count;
		this.queue.push(one);
		return true;
	}

	#fits({ count, size }: Waiting<T>): boolean {
		const { maxQueued, maxQueueBytes } = this.#options;
		return this.#counts.queued + count <= maxQueued && this.queue.bytes + this.#backlog.bytes + size <= maxQueueBytes;
	}

	#makeRoom(one: Waiting<T>): boolean {
		while (!this.#fits(one) && untraced(() => this.#spill())) {
			// Once more, until there is room.
		}
		while (!this.#fits(one) && one.precious) {
			const evicted = this.queue.evict();
			if (evicted === undefined) break;
			this.#counts.queued -= evicted.count;
			this.#counts.drop(evicted.count, 'memory');
		}
		return this.#fits(one);
	}

	/** Encodes all that waits and brings it to the disk, with a turn of the loop for the application after each body. */
	async commit(): Promise<void> {
		do {
			// A turn of its own: encoding is never at the cost of the call that made the last record.
			await new Promise((resolve) => setImmediate(resolve));
			const oldest = this.queue.first;
			if (oldest !== undefined) await this.#wait(oldest);
			this.#encode();
			await this.#append();
		} while (this.queue.length > 0);
	}

	/** Brings all that stands in memory alone to the disk, at once. Never throws. */
	settle(journal: Journal): void {
		try {
			const certain = journal.settleSync();
			certain.forEach((entry, index) => {
				const held = this.#storing[index];
				if (held !== undefined) this.#backlog.stored(held, entry);
			});
			this.#storing = [];
			this.#appendSync(journal, this.#backlog.unstored());
			while (this.queue.length > 0) this.#appendSync(journal, this.#encode());
		} catch (error) {
			this.#failed(error);
		}
	}

	/** Encodes all that waits, at once. */
	encodeAll(): void {
		while (this.queue.length > 0) this.#encode();
	}

	/** Lets go of all that stands in memory alone. */
	drop(reason: string): void {
		for (const { count } of this.queue.take(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)) {
			this.#counts.queued -= count;
			this.#counts.drop(count, reason);
		}
		this.#backlog.clear(reason);
	}

	/** Brings the oldest records to the disk at once; false where that is not possible. */
	#spill(): boolean {
		const journal = this.#journal;
		const oldest = this.queue.first;
		if (journal === undefined || oldest === undefined || this.#retryMs > 0) return false;
		try {
			if (this.#options.ready(oldest) !== undefined) return false;
			this.#appendSync(journal, this.#encode());
			return true;
		} catch (error) {
			this.#failed(error);
			return false;
		}
	}

	#appendSync(journal: Journal, held: readonly Held[]): void {
		for (const one of held) {
			if (one.body === undefined) continue;
			const [entry] = journal.appendSync([frameOf(one, one.body)]);
			if (entry !== undefined) this.#backlog.stored(one, entry);
			this.#appended += one.size;
		}
	}

	async #wait(record: T): Promise<void> {
		try {
			await this.#options.ready(record);
		} catch {
			// Then it is encoded without what was waited for.
		}
	}

	/** Encodes the oldest records as one body; those that cannot be are dropped, and take no neighbours with them. */
	#encode(): Held[] {
		const { batch, encode, encoding, what } = this.#options;
		const taken = this.queue.take(batch, BODY_BYTES);
		if (taken.length === 0) return [];
		const time = Date.now();
		const bodyOf = (some: readonly Waiting<T>[]): Held => {
			const body = encode(some.map(({ record }) => record));
			return this.#backlog.add({ encoding, count: some.reduce((sum, { count }) => sum + count, 0), time, body });
		};
		try {
			return [bodyOf(taken)];
		} catch {
			return taken.flatMap((one) => {
				try {
					return [bodyOf([one])];
				} catch (error) {
					this.#counts.queued -= one.count;
					this.#counts.drop(one.count, 'unencodable');
					warnOnce(`otlp/${what}/encode`, `${what} that OpenTelemetry cannot encode are dropped.`, error);
					return [];
				}
			});
		}
	}

	/** Brings what is encoded to the disk. What cannot be written stands on in memory, and is sent from there. */
	async #append(): Promise<void> {
		const journal = this.#journal;
		if (journal === undefined || performance.now() < this.#notBefore) return;
		const held: Held[] = [];
		let bytes = 0;
		for (const one of this.#backlog.unstored()) {
			if (bytes > COMMIT_BYTES) break;
			held.push(one);
			bytes += one.size;
		}
		if (held.length === 0) return;
		this.#storing = held;
		try {
			const entries = await journal.append(held.map((one) => frameOf(one, one.body ?? new Uint8Array())));
			entries.forEach((entry, index) => {
				const one = held[index];
				if (one === undefined) return;
				this.#backlog.stored(one, entry);
				// It was sent from memory meanwhile.
				if (one.over) void journal.done(entry, 'acknowledged');
			});
			this.#retryMs = 0;
			this.#appended += bytes;
			if (this.#appended >= EXPIRE_EACH) {
				this.#appended = 0;
				await journal.expire();
			}
			this.#backlog.park();
		} catch (error) {
			this.#failed(error);
		} finally {
			this.#storing = [];
		}
	}

	#failed(error: unknown): void {
		this.#retryMs = Math.min(this.#retryMs * 2 || RETRY_FIRST_MS, RETRY_LAST_MS);
		this.#notBefore = performance.now() + this.#retryMs;
		warnOnce(
			CANNOT_WRITE,
			'the journal cannot be written; what is made waits in memory until it is sent, up to a limit, and is lost with the ' +
				'process. Make the directory writable, name another one with delivery.directory, or say delivery.journal: false.',
			error,
		);
	}
}

function frameOf({ encoding, count, time }: Held, body: Uint8Array): Frame {
	return { encoding, count, time, body };
}
