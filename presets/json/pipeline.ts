import type { SignalCounts } from '../../delivery/common/counts.js';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import { type PipelineOptions, SignalPipeline } from '../../delivery/pipeline.js';
import type { Encode } from '../signals/json-encoding.js';
import { destinationIn, sendObserverOf } from './file-transport.js';
import type { LineFile } from './line-file.js';

/** A batch becomes one line when it has so many records, or is so old. */
const BATCH_RECORDS = 256;
const BATCH_AGE_MS = 1000;

/** What may wait in memory, per signal: about 40,000 spans of an invocation. */
const MAX_QUEUED_BYTES = 64 * 2 ** 20;

/** What a lane must know about its records. */
export interface JsonPipelineOptions<T>
	extends Pick<PipelineOptions<T>, 'what' | 'sizeOf' | 'countOf' | 'ready' | 'journal'> {
	readonly file: LineFile;
	readonly directory: string;
	readonly encode: Encode<T>;
	readonly batch?: number;
	readonly maxQueuedBytes?: number;
}

/** The way of one signal's records to its files: that of delivery, whose backend is a file of lines. */
export class JsonPipeline<T> {
	readonly #lane: SignalPipeline<T>;
	readonly #file: LineFile;
	readonly #failed: (error: unknown) => void;

	constructor({ file, directory, maxQueuedBytes = MAX_QUEUED_BYTES, ...options }: JsonPipelineOptions<T>) {
		this.#file = file;
		const watch = sendObserverOf(directory);
		this.#failed = watch.failed;
		this.#lane = new SignalPipeline<T>({
			batch: BATCH_RECORDS,
			...options,
			keeps: 'notes',
			// None makes room for another: where there is no room the newest goes.
			isPrecious: () => true,
			...{ watch, transport: destinationIn(file), encoding: 'json', undelivered: 'unwritable' },
			...{ maxQueued: Number.POSITIVE_INFINITY, maxQueueBytes: maxQueuedBytes, windowMs: BATCH_AGE_MS, delayMs: 0 },
		});
	}

	/** Takes a record, or counts it as dropped. Never throws. */
	push(record: T): void {
		this.#lane.push(record);
	}

	/** Resolves when all that was pushed before is on the disk, or could not be written. Never rejects. */
	async flush(): Promise<void> {
		await this.#lane.flush();
		await this.#file.sync().catch(this.#failed);
	}

	/** Flushes and closes the files; what could not be written is dropped, and so is what comes later. Never rejects. */
	async shutdown(): Promise<void> {
		await this.#lane.shutdown();
		await this.#file.close();
	}

	/** Writes all that waits, at once: for the end of the process alone. */
	settle(end: EndOfProcess): void {
		this.#lane.settle(end);
	}

	/** What has not ended can be noted. */
	get notes() {
		return this.#lane.notes;
	}

	/** Nothing is sent, and nothing waits on the disk but what a killed process left: else that is not counted. */
	stats(): SignalCounts {
		const { made, written, queued, dropped, droppedBy, onDisk = 0, adopted = 0 } = this.#lane.stats();
		return { made, written, queued, dropped, droppedBy, ...(adopted > 0 && { onDisk, adopted }) };
	}
}
