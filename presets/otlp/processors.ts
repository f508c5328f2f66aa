import { TraceFlags } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Noting, NotingSpanProcessor } from '../open-notes.js';

/** What takes the records: a lane. */
export interface Taker<T> {
	push(record: T): void;
	flush(): Promise<void>;
	shutdown(): Promise<void>;
}

/**
 * Hands every sampled span that ends to its lane. Nothing here throws: it would reach the application.
 *
 * @param noting - takes down those that have not ended
 */
export function spanProcessorTo(taker: Taker<ReadableSpan>, noting?: Noting | undefined): NotingSpanProcessor {
	return {
		noting,
		onStart: () => undefined,
		onEnd: (span) => {
			if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) taker.push(span);
		},
		forceFlush: () => taker.flush(),
		shutdown: () => taker.shutdown(),
	};
}

/** Hands every log record to its lane. */
export function logRecordProcessorTo(taker: Taker<ReadableLogRecord>): LogRecordProcessor {
	return {
		onEmit: (record) => taker.push(record),
		forceFlush: () => taker.flush(),
		shutdown: () => taker.shutdown(),
	};
}
