import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { Lane } from './lane.js';

/** Hands every log record of the application to its lane; where it makes none, there is no file. */
export class JsonLogRecordProcessor implements LogRecordProcessor {
	readonly #lane: Lane<ReadableLogRecord>;
	readonly #close: () => void;

	/** @param close - is called when the lane is closed */
	constructor(lane: Lane<ReadableLogRecord>, close: () => void) {
		this.#lane = lane;
		this.#close = close;
	}

	onEmit(record: ReadableLogRecord): void {
		this.#lane.push(record);
	}

	forceFlush(): Promise<void> {
		return this.#lane.flush();
	}

	async shutdown(): Promise<void> {
		await this.#lane.shutdown();
		this.#close();
	}
}
