import type { SignalCounts } from '../../delivery/common/counts.js';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import { type PipelineOptions, SignalPipeline } from '../../delivery/pipeline.js';
import type { Encode } from '../signals/json-encoding.js';
import { destinationFor, sendObserverOf } from './file-transport.js';
import type { LineFile } from './line-file.js';

/** The number of records at which a batch is written as a line. */
const BATCH_RECORDS = 256;

/** The age at which an incomplete batch is written, in milliseconds. */
const BATCH_AGE_MS = 1000;

/** The most that waits in memory, in bytes for each signal: about 40,000 spans of an invocation. */
const MAX_QUEUED_BYTES = 64 * 2 ** 20;

/** The options of a `JsonPipeline`: what it needs to know about its records, and where it writes them. */
export interface JsonPipelineOptions<T>
	extends Pick<PipelineOptions<T>, 'recordName' | 'sizeOf' | 'countOf' | 'ready' | 'journal'> {
	readonly file: LineFile;
	/** The directory of the json preset, for messages. */
	readonly directory: string;
	readonly encode: Encode<T>;
	/** The number of records at which a batch is written as a line. @default 256 */
	readonly batch?: number;
	/** The most that waits in memory, in bytes. @default 67108864 (64 MiB) */
	readonly maxQueuedBytes?: number;
}

/** Writes the records of one signal to its files: the pipeline of `delivery/`, with a file in place of a backend. */
export class JsonPipeline<T> {
	readonly #pipeline: SignalPipeline<T>;
	readonly #file: LineFile;
	readonly #reportFailure: (error: unknown) => void;

	constructor({ file, directory, maxQueuedBytes = MAX_QUEUED_BYTES, ...options }: JsonPipelineOptions<T>) {
		this.#file = file;
		const observer = sendObserverOf(directory);
		this.#reportFailure = observer.failed;
		this.#pipeline = new SignalPipeline<T>({
			batch: BATCH_RECORDS,
			...options,
			journalContent: 'checkpoints',
			// No record is dropped in favour of another: if the memory is full, the newest one is dropped.
			hasPriority: () => true,
			...{ observer, transport: destinationFor(file), encoding: 'json', shutdownDropReason: 'unwritable' },
			...{ maxQueued: Number.POSITIVE_INFINITY, maxQueueBytes: maxQueuedBytes, windowMs: BATCH_AGE_MS, delayMs: 0 },
		});
	}

	/** Accepts a record, or counts it as dropped. Never throws. */
	push(record: T): void {
		this.#pipeline.push(record);
	}

	/** Resolves when everything that was pushed before is on the disk, or could not be written. Never rejects. */
	async flush(): Promise<void> {
		await this.#pipeline.flush();
		await this.#file.sync().catch(this.#reportFailure);
	}

	/**
	 * Flushes and closes the files. Records that could not be written are dropped, and so are those that are pushed
	 * later. Never rejects.
	 */
	async shutdown(): Promise<void> {
		await this.#pipeline.shutdown();
		await this.#file.close();
	}

	/** Writes everything that waits, synchronously. Only for the end of the process. */
	settle(end: EndOfProcess): void {
		this.#pipeline.settle(end);
	}

	/** Saves records that are not complete; undefined if the options have no journal. */
	get checkpoints() {
		return this.#pipeline.checkpoints;
	}

	/**
	 * Returns the counts. Nothing is sent, so there are no retries and no dead letters; records wait on disk only if a
	 * killed process has left them, and are counted only then.
	 */
	stats(): SignalCounts {
		const { created, delivered, queued, dropped, droppedBy, onDisk = 0, adopted = 0 } = this.#pipeline.stats();
		return { created, delivered, queued, dropped, droppedBy, ...(adopted > 0 && { onDisk, adopted }) };
	}
}
