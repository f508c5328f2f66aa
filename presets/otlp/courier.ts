import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { sayOnce } from '../../lib/runtime/say.js';
import type { SignalCounts } from '../preset.js';

/** What a courier must know about its records. */
export interface CourierOptions<T> {
	/** For messages: `spans`. */
	readonly what: string;
	/** Delivers a batch; answers how many of it the backend refused. Rejects where nothing was delivered. */
	readonly deliver: (batch: T[]) => Promise<number>;
	readonly sizeOf: (record: T) => number;
	/** Resolves when the record can be encoded; undefined where it can be at once. */
	readonly ready: (record: T) => Promise<void> | undefined;
	/** How many records make a batch, and how long an incomplete one waits. */
	readonly batch: number;
	readonly delayMs: number;
	/** What may wait in memory. */
	readonly maxQueued: number;
	readonly maxQueuedBytes?: number;
}

/** About 40,000 spans of an invocation. */
const MAX_QUEUED_BYTES = 64 * 2 ** 20;

/** OpenTelemetry's context in which nothing of our own work is traced, and which holds nothing of the application's. */
const QUIET = suppressTracing(ROOT_CONTEXT);

/**
 * The way of one signal's records to a backend: a queue bounded in bytes, and batches that are delivered one after
 * the other. What is pushed costs its caller no encoding and no I/O.
 *
 * OpenTelemetry's own batch processors lose half of a burst of 5000 spans in one turn, say so in a debug message only,
 * and do not await what is under way in `forceFlush()` (measured); here each record is counted until it is accepted.
 */
export class Courier<T> {
	readonly #options: CourierOptions<T>;
	readonly #counts = { made: 0, written: 0, queued: 0 };
	readonly #droppedBy: Record<string, number> = {};
	#waiting: { record: T; size: number }[] = [];
	#bytes = 0;
	#settled = 0;
	#goal = 0;
	#timer: NodeJS.Timeout | undefined;
	#round: Promise<void> | undefined;
	#state: 'running' | 'closing' | 'closed' = 'running';

	constructor(options: CourierOptions<T>) {
		this.#options = options;
	}

	/** Takes a record, or counts it as dropped. Never throws. */
	push(record: T): void {
		const { what, sizeOf, maxQueued, maxQueuedBytes = MAX_QUEUED_BYTES, batch } = this.#options;
		this.#counts.made += 1;
		const size = sizeSafely(sizeOf, record);
		if (this.#state === 'closed') {
			this.#drop(1, 'closed');
			return;
		}
		if (this.#counts.queued >= maxQueued || this.#bytes + size > maxQueuedBytes) {
			sayOnce(`otlp/${what}/memory`, `more ${what} were made than may wait in memory; those too many are dropped.`);
			this.#drop(1, 'memory');
			return;
		}
		this.#counts.queued += 1;
		this.#bytes += size;
		this.#waiting.push({ record, size });
		if (this.#waiting.length >= batch) this.#start();
		else this.#timer ??= this.#later();
	}

	/** Resolves when all that was pushed before is delivered, or could not be. Never rejects. */
	async flush(): Promise<void> {
		this.#goal = this.#counts.made;
		const goal = this.#counts.made;
		while (this.#settled < goal && this.#counts.queued > 0) await this.#start();
	}

	/** Flushes; after the first delivery that fails the rest is dropped too, and so is what comes later. Never rejects. */
	async shutdown(): Promise<void> {
		if (this.#state === 'running') this.#state = 'closing';
		await this.flush();
		this.#state = 'closed';
		clearTimeout(this.#timer);
	}

	stats(): SignalCounts {
		const dropped = Object.values(this.#droppedBy).reduce((sum, count) => sum + count, 0);
		return { ...this.#counts, dropped, droppedBy: { ...this.#droppedBy } };
	}

	#later(): NodeJS.Timeout {
		return context.with(QUIET, () => setTimeout(() => this.#flushed(), this.#options.delayMs).unref());
	}

	#flushed(): void {
		this.#goal = this.#counts.made;
		this.#start();
	}

	/** Delivers while there is a full batch, or what a flush is waiting for; one round at a time. */
	#start(): Promise<void> {
		this.#round ??= context
			.with(QUIET, () => this.#deliverAll())
			.finally(() => {
				this.#round = undefined;
				if (this.#waiting.length > 0) this.#timer ??= this.#later();
			});
		return this.#round;
	}

	async #deliverAll(): Promise<void> {
		// A turn of its own: encoding is never at the cost of the call that made the last record.
		await new Promise((resolve) => setImmediate(resolve));
		clearTimeout(this.#timer);
		this.#timer = undefined;
		while (this.#waiting.length >= this.#options.batch || (this.#waiting.length > 0 && this.#settled < this.#goal)) {
			const batch = this.#waiting.splice(0, this.#options.batch);
			const delivered = await this.#deliver(batch.map(({ record }) => record));
			for (const { size } of batch) this.#bytes -= size;
			if (!delivered && this.#state === 'closing') this.#giveUp();
		}
	}

	async #deliver(records: T[]): Promise<boolean> {
		const { deliver, ready } = this.#options;
		try {
			const [first] = records;
			if (first !== undefined) await ready(first);
			const refused = Math.min(await deliver(records), records.length);
			this.#settle(records.length - refused, refused, 'refused');
			return true;
		} catch {
			// `deliver` has said why.
			this.#settle(0, records.length, 'undelivered');
			return false;
		}
	}

	/** Where one delivery failed the next ones would too, each only after its timeout. */
	#giveUp(): void {
		const count = this.#waiting.length;
		this.#waiting = [];
		this.#bytes = 0;
		this.#settle(0, count, 'undelivered');
	}

	#settle(written: number, dropped: number, reason: string): void {
		this.#counts.queued -= written + dropped;
		this.#counts.written += written;
		this.#settled += written + dropped;
		if (dropped > 0) this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + dropped;
	}

	#drop(count: number, reason: string): void {
		this.#settled += count;
		this.#droppedBy[reason] = (this.#droppedBy[reason] ?? 0) + count;
	}
}

/** A record with a getter that throws still counts; it fails when it is encoded. */
function sizeSafely<T>(sizeOf: (record: T) => number, record: T): number {
	try {
		return sizeOf(record);
	} catch {
		return 0;
	}
}
