import { TraceFlags } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** The pipeline that ended spans or log records are pushed to. */
interface RecordSink<T> {
	/** Accepts a record, or counts it as dropped. Never throws. */
	push(record: T): void;
	/** Resolves when everything that was pushed has been written or sent, or could not be. */
	flush(): Promise<void>;
	/** Flushes and closes the pipeline. */
	shutdown(): Promise<void>;
}

/**
 * The `onStart` of a span processor of the toolkit that does nothing when a span starts. A processor with this very
 * function needs no redacted view of the spans that start; any other `onStart` may read the span.
 */
export const ignoreSpanStart = (): void => undefined;

/**
 * Creates a span processor that pushes every sampled span to a pipeline when it ends. It never throws, because an error
 * would reach the application.
 *
 * @param checkpoints - saves spans that have not ended; undefined if the pipeline has no journal
 */
export function spanProcessorTo(
	pipeline: RecordSink<ReadableSpan>,
	checkpoints?: SpanCheckpoints | undefined,
): CheckpointingSpanProcessor {
	return {
		checkpoints,
		onStart: ignoreSpanStart,
		onEnd: (span) => {
			if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) pipeline.push(span);
		},
		forceFlush: () => pipeline.flush(),
		shutdown: () => pipeline.shutdown(),
	};
}

/** Creates a log record processor that pushes every log record to a pipeline. */
export function logRecordProcessorTo(pipeline: RecordSink<ReadableLogRecord>): LogRecordProcessor {
	return {
		onEmit: (record) => pipeline.push(record),
		forceFlush: () => pipeline.flush(),
		shutdown: () => pipeline.shutdown(),
	};
}

/** Saves open spans on disk, so that they are not lost if the process is killed: the next process exports them. */
export interface SpanCheckpoints {
	/**
	 * Saves an open span in the background. It replaces the previous checkpoint of the same span. Never throws.
	 *
	 * @param span - identifies the span
	 * @param interrupted - the span as it would be exported if it ended now
	 */
	save(span: object, interrupted: ReadableSpan): void;
	/** Removes the checkpoint of a span, because it has ended and is exported as usual. Never throws. */
	remove(span: object): void;
}

/** A span processor whose pipeline can save open spans. */
export interface CheckpointingSpanProcessor extends SpanProcessor {
	/** Undefined if the pipeline cannot save open spans. */
	readonly checkpoints?: SpanCheckpoints | undefined;
}
