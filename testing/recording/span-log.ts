import { TraceFlags } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '../../presets/contract/sdk-parts.js';

/** A span of a test, with the order of its start and its ends. */
export interface SpanRecord {
	/** The span as it was started. It may hold secrets: nothing of it is shown but name, kind and ids. */
	readonly raw: ReadableSpan;
	/** The id of the span's parent; undefined for a root. */
	readonly parentId: string | undefined;
	/** The parent, if it is a span of the same test. */
	readonly parent: SpanRecord | undefined;
	/** The number of the start among all starts and ends of the test. */
	readonly startedAt: number;
	/** The number of the first end; undefined while the span is open. */
	endedAt: number | undefined;
	/** How often `end()` was called. */
	ends: number;
	/** The span as the presets receive it; undefined while it is open, and for one that is not sampled. */
	ended: ReadableSpan | undefined;
}

/**
 * Keeps the spans of one test, and the order in which they start and end: times are too coarse to tell which of two
 * spans began first.
 */
export class SpanLog {
	#records: SpanRecord[] = [];
	readonly #byId = new Map<string, SpanRecord>();
	#events = 0;
	/** Spans that ended after the test was stopped. */
	late = 0;
	#stopped = false;

	/** The processor that sees each span itself, before anything is redacted. */
	readonly watcher: SpanProcessor = {
		onStart: (span) => this.#start(span),
		onEnd: (span) => {
			const record = this.#byId.get(span.spanContext().spanId);
			if (record !== undefined) record.endedAt ??= this.#events++;
			if (this.#stopped) this.late += 1;
		},
		forceFlush: async () => undefined,
		shutdown: async () => undefined,
	};

	/** All spans in the order of their start, the open and the unsampled ones included. */
	get records(): readonly SpanRecord[] {
		return this.#records;
	}

	/** Accepts a span as the presets receive it. */
	push(span: ReadableSpan): void {
		const record = this.#byId.get(span.spanContext().spanId);
		if (record !== undefined) record.ended = span;
	}

	/** Forgets all spans but the open ones. */
	clear(): void {
		this.#records = this.#records.filter((record) => record.endedAt === undefined);
	}

	/** Counts what ends from now on as late. */
	stop(): void {
		this.#stopped = true;
	}

	#start(span: Span): void {
		const { spanId } = span.spanContext();
		const parentId = span.parentSpanContext?.spanId;
		const record: SpanRecord = {
			raw: span,
			parentId,
			parent: parentId === undefined ? undefined : this.#byId.get(parentId),
			startedAt: this.#events++,
			endedAt: undefined,
			ends: 0,
			ended: undefined,
		};
		this.#records.push(record);
		this.#byId.set(spanId, record);
		// A second end is ignored by the SDK, and seen nowhere else.
		const { end } = span;
		span.end = (...args) => {
			record.ends += 1;
			return Reflect.apply(end, span, args);
		};
	}
}

/** Returns true if a span is exported: it was sampled. */
export function isSampled({ raw }: SpanRecord): boolean {
	return (raw.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}
