import { TraceFlags } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** What takes the records: a lane. */
export interface RecordSink<T> {
	push(record: T): void;
	flush(): Promise<void>;
	shutdown(): Promise<void>;
}

/**
 * Hands every sampled span that ends to its lane. Nothing here throws: it would reach the application.
 *
 * @param noting - takes down those that have not ended
 */
export function spanProcessorTo(
	taker: RecordSink<ReadableSpan>,
	noting?: SpanCheckpoints | undefined,
): CheckpointingSpanProcessor {
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
export function logRecordProcessorTo(taker: RecordSink<ReadableLogRecord>): LogRecordProcessor {
	return {
		onEmit: (record) => taker.push(record),
		forceFlush: () => taker.flush(),
		shutdown: () => taker.shutdown(),
	};
}

/** Takes down what is open, so that a kill does not take it away. */
export interface SpanCheckpoints {
	/** @param interrupted - the span as it would be if it ended now; it takes the place of what was noted of it before */
	note(span: object, interrupted: ReadableSpan): void;
	/** The span has ended, and goes the way of all. */
	forget(span: object): void;
}

/** A processor whose backend can be given open spans by whoever comes later. */
export interface CheckpointingSpanProcessor extends SpanProcessor {
	readonly noting?: SpanCheckpoints | undefined;
}
