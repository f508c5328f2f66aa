import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { sayOnce } from '../../lib/runtime/say.js';
import type { EndOfProcess } from '../ending.js';
import type { SignalCounts } from '../preset.js';
import type { Encode } from './encode.js';
import type { LineFile } from './line-file.js';

/** A batch becomes one line when it has so many records, or so many bytes, or is so old. */
const BATCH_RECORDS = 256;
const BATCH_BYTES = 2 ** 20;
const BATCH_AGE_MS = 1000;

/** What may wait in memory, per signal: about 40,000 spans of an invocation. */
const MAX_QUEUED_BYTES = 64 * 2 ** 20;

/** After a failed write the file system is left alone for a while, twice as long each time. */
const RETRY_FIRST_MS = 1000;
const RETRY_LAST_MS = 30_000;

/** What a lane must know about its records. */
export interface LaneOptions<T> {
	/** For messages: `spans`. */
	readonly what: string;
	readonly file: LineFile;
	readonly directory: string;
	readonly encode: Encode<T>;
	readonly sizeOf: (record: T) => number;
	/** How many things a record counts for. */
	readonly countOf: (record: T) => number;
	/** Resolves when a batch can be encoded; undefined where it can be at once. */
	readonly ready: (record: T) => Promise<void> | undefined;
	readonly maxQueuedBytes?: number;
}

interface Batch<T> {
	records: T[];
	bytes: number;
	count: number;
	line?: Uint8Array | undefined;
	underWay?: boolean;
}

/** OpenTelemetry's context in which nothing of our own work is traced, and which holds nothing of the application's. */
const QUIET = suppressTracing(ROOT_CONTEXT);

/**
 * The way of one signal's records to its files: a queue bounded in bytes, batches, and lines written in the
 * background, one batch a turn of the loop. What is pushed costs its caller no encoding and no I/O.
 */
export class Lane<T> {
	readonly #options: LaneOptions<T>;
	readonly #counts = { made: 0, written: 0, queued: 0 };
	readonly #droppedBy: Record<string, number> = {};
	readonly #batches: Batch<T>[] = [];
	#open: Batch<T> = { records: [], bytes: 0, count: 0 };
	#bytes = 0;
	#done = 0;
	#step: Promise<boolean> | undefined;
	#timer: NodeJS.Timeout | undefined;
	#draining = false;
	#retryMs = 0;
	#state: 'running' | 'ending' | 'closed' = 'running';

	constructor(options: LaneOptions<T>) {
		this.#options = options;
	}

	/** Takes a record, or counts it as dropped. Never throws. */
	push(record: T): void {
		const { what, countOf, sizeOf, maxQueuedBytes = MAX_QUEUED_BYTES } = this.#options;
		let count = 1;
		let size = 0;
		let reason: string | undefined;
		try {
			count = countOf(record);
			size = sizeOf(record);
		} catch (error) {
			reason = 'unreadable';
			sayOnce(`json/${what}/unreadable`, `${what} that cannot be read are dropped.`, error);
		}
		this.#counts.made += count;
		if (this.#state === 'closed') reason = 'closed';
		else if (this.#bytes + size > maxQueuedBytes) {
			reason = 'memory';
			sayOnce(`json/${what}/memory`, `more ${what} were made than may wait in memory; those too many are dropped.`);
		}
		if (reason !== undefined) {
			this.#drop(count, reason);
			return;
		}
		this.#counts.queued += count;
		this.#bytes += size;
		this.#open.records.push(record);
		this.#open.bytes += size;
		this.#open.count += count;
		// A listener of `exit` that came after ours may still end spans: nothing runs after it that could write them.
		if (this.#state === 'ending') this.settle('last');
		else this.#schedule();
	}

	/** Resolves when all that was pushed before is on the disk, or could not be written. Never rejects. */
	async flush(): Promise<void> {
		this.#seal();
		const goal = this.#done + this.#batches.length;
		while (this.#done < goal && (await this.#write())) {
			// The next batch.
		}
		await this.#options.file.sync().catch((error) => this.#failed(error));
	}

	/** Flushes and closes the files; what could not be written is dropped, and so is what comes later. Never rejects. */
	async shutdown(): Promise<void> {
		await this.flush();
		this.#state = 'closed';
		clearTimeout(this.#timer);
		this.#seal();
		for (const batch of this.#batches.splice(0)) this.#drop(batch.count, 'unwritable', batch.count);
		this.#bytes = 0;
		await this.#options.file.close();
	}

	/** Writes all that waits, at once: for the end of the process alone. */
	settle(end: EndOfProcess): void {
		if (this.#state === 'closed') return;
		if (end === 'last') this.#state = 'ending';
		this.#seal();
		try {
			this.#options.file.settleSync();
			if (this.#batches[0]?.underWay) this.#wrote();
			for (let [batch] = this.#batches; batch !== undefined; [batch] = this.#batches) {
				const line = this.#encoded(batch);
				if (line !== undefined) this.#options.file.appendSync(line);
				this.#wrote();
			}
		} catch (error) {
			this.#failed(error);
		}
	}

	stats(): SignalCounts {
		const dropped = Object.values(this.#droppedBy).reduce((sum, count) => sum + count, 0);
		return { ...this.#counts, dropped, droppedBy: { ...this.#droppedBy } };
	}

	#schedule(): void {
		if (this.#open.records.length >= BATCH_RECORDS || this.#open.bytes >= BATCH_BYTES) {
			this.#seal();
			if (!this.#draining && this.#retryMs === 0) {
				this.#draining = true;
				context.with(QUIET, () => setImmediate(() => this.#drain()));
			}
		}
		if (this.#timer === undefined) this.#drainIn(BATCH_AGE_MS);
	}

	#drainIn(delay: number): void {
		this.#timer = context.with(QUIET, () =>
			setTimeout(() => {
				this.#timer = undefined;
				this.#seal();
				if (!this.#draining) this.#drain();
			}, delay),
		);
		this.#timer.unref();
	}

	/** Writes batch after batch, with a turn of the loop for the application after each. */
	async #drain(): Promise<void> {
		this.#draining = true;
		while (this.#batches.length > 0 && (await this.#write())) await turn();
		this.#draining = false;
		if (this.#batches.length > 0 && this.#timer === undefined && this.#state === 'running')
			this.#drainIn(this.#retryMs);
	}

	/** Writes the oldest batch; true if it is gone. One at a time, whoever asks. */
	#write(): Promise<boolean> {
		this.#step ??= context
			.with(QUIET, () => this.#writeOldest())
			.finally(() => {
				this.#step = undefined;
			});
		return this.#step;
	}

	async #writeOldest(): Promise<boolean> {
		const [batch] = this.#batches;
		if (batch === undefined) return false;
		try {
			const [first] = batch.records;
			if (first !== undefined) await this.#options.ready(first);
			if (this.#batches[0] !== batch) return true;
			const line = this.#encoded(batch);
			batch.underWay = true;
			if (line !== undefined) await this.#options.file.append(line);
		} catch (error) {
			batch.underWay = false;
			if (this.#batches[0] !== batch) return true;
			this.#failed(error);
			return false;
		}
		// At the end of the process it may have been written meanwhile.
		if (this.#batches[0] === batch) this.#wrote();
		return true;
	}

	#seal(): void {
		if (this.#open.records.length === 0) return;
		this.#batches.push(this.#open);
		this.#open = { records: [], bytes: 0, count: 0 };
	}

	/** The batch's lines; a record that cannot be encoded is dropped, and does not take its neighbours with it. */
	#encoded(batch: Batch<T>): Uint8Array | undefined {
		if (batch.line !== undefined || batch.records.length === 0) return batch.line;
		const { encode, countOf, what } = this.#options;
		try {
			batch.line = encode(batch.records);
		} catch {
			const lines: Uint8Array[] = [];
			for (const record of batch.records) {
				try {
					lines.push(encode([record]));
				} catch (error) {
					const count = countOf(record);
					batch.count -= count;
					this.#drop(count, 'unencodable', count);
					sayOnce(`json/${what}/encode`, `${what} that OpenTelemetry cannot encode are dropped.`, error);
				}
			}
			batch.line = lines.length === 0 ? undefined : Buffer.concat(lines);
		}
		batch.records = [];
		return batch.line;
	}

	#wrote(): void {
		const batch = this.#batches.shift();
		if (batch === undefined) return;
		this.#done += 1;
		this.#bytes -= batch.bytes;
		this.#counts.queued -= batch.count;
		this.#counts.written += batch.count;
		this.#retryMs = 0;
	}

	#failed(error: unknown): void {
		this.#retryMs = Math.min(this.#retryMs * 2 || RETRY_FIRST_MS, RETRY_LAST_MS);
		const { directory } = this.#options;
		sayOnce(
			`json/write/${directory}`,
			`the json preset cannot write to ${directory}; what is made waits in memory, up to a limit, and stats() counts ` +
				'it. Make the directory writable, or name another one with json.directory.',
			error,
		);
	}

	#drop(count: number, reason: string, queued = 0): void {
		this.#counts.queued -= queued;
		this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + count;
	}
}

/** The loop's next turn. It holds the process, so that what is being written gets to its end in the background. */
function turn(): Promise<void> {
	return new Promise((resolve) => setImmediate(resolve));
}
