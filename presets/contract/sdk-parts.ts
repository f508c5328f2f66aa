// The parts of an SDK by their shape. OpenTelemetry's own types would make one version of its SDK a part of the public types,
// and with it the packages that declare them.
import type { Context, Link, Span, SpanContext, TraceState } from '@opentelemetry/api';

/**
 * A span that has ended, as a span processor reads it. `ReadableSpan` of OpenTelemetry's SDK 2.x and 3.x has these members;
 * none of their types depends on a version of the SDK.
 */
export interface ReadableSpan {
	/** The name of the span. */
	readonly name: string;
	/** The kind, as the number of a member of `SpanKind`. */
	readonly kind: number;
	/** Returns trace id, span id and flags. Never throws. */
	readonly spanContext: () => SpanContext;
	/** The context of the parent. @default absent for a root span */
	readonly parentSpanContext?: SpanContext;
	/** When it began: seconds and nanoseconds since 1970. */
	readonly startTime: readonly [seconds: number, nanoseconds: number];
	/** When it ended: seconds and nanoseconds since 1970. */
	readonly endTime: readonly [seconds: number, nanoseconds: number];
	/** How long it took: seconds and nanoseconds. */
	readonly duration: readonly [seconds: number, nanoseconds: number];
	/** The status. */
	readonly status: {
		/** The number of a member of `SpanStatusCode`. */
		readonly code: number;
		/** The reason of an error; left out without one. */
		readonly message?: string;
	};
	/** The attributes by name. */
	readonly attributes: Readonly<Record<string, unknown>>;
	/** The spans that it is linked to. */
	readonly links: readonly Pick<Link, 'context'>[];
	/** The events by their order, with their times since 1970. */
	readonly events: readonly {
		/** The name of the event. */
		readonly name: string;
		/** When it happened: seconds and nanoseconds since 1970. */
		readonly time: readonly [seconds: number, nanoseconds: number];
		/** The attributes by name; left out if there are none. */
		readonly attributes?: Readonly<Record<string, unknown>>;
	}[];
	/** Whether it has ended. */
	readonly ended: boolean;
	/** What created the telemetry, as attributes. */
	readonly resource: {
		/** The attributes by name, such as `service.name`. */
		readonly attributes: Readonly<Record<string, unknown>>;
	};
	/** The library that created the span. */
	readonly instrumentationScope: {
		/** The name of the library. */
		readonly name: string;
		/** The version of the library; left out if it is unknown. */
		readonly version?: string;
		/** The address of the schema of its attributes; left out if it names none. */
		readonly schemaUrl?: string;
	};
}

/**
 * A span processor, by its shape: those of OpenTelemetry's SDK 2.x and 3.x fit. If a method of it throws or rejects, that
 * is logged, and the application and the other processors go on.
 */
export interface SpanProcessor {
	/**
	 * Receives a span when it starts.
	 *
	 * @param span - can still be changed
	 * @param parentContext - the context that it started in
	 */
	onStart(span: Span, parentContext: Context): void;
	/** Receives a span just before it ends, while it can still be changed. @default not called */
	onEnding?(span: Span): void;
	/** Receives a span when it has ended, if it was recorded. */
	onEnd(span: ReadableSpan): void;
	/** Exports what is not exported yet. */
	forceFlush(): Promise<void>;
	/** Flushes, and ends the processor. */
	shutdown(): Promise<void>;
}

/**
 * A metric reader, by its shape: `MetricReader` and `PeriodicExportingMetricReader` of OpenTelemetry's SDK 2.x and 3.x fit.
 * Extend one of these for a reader of your own. Its methods must not throw; a
 * rejection of `forceFlush` or `shutdown` is logged.
 */
export interface MetricReader {
	/** Receives, when the SDK starts, what the metrics are collected from. */
	setMetricProducer(producer: unknown): void;
	/** Returns how values of an instrument are aggregated. */
	selectAggregation(instrumentType: unknown): unknown;
	/** Returns a value of `AggregationTemporality`. */
	selectAggregationTemporality(instrumentType: unknown): number;
	/** Returns how many series an instrument may have. */
	selectCardinalityLimit(instrumentType: unknown): number;
	/**
	 * Collects all metrics, and returns a promise of them.
	 *
	 * @param options - may have `timeoutMillis`, the limit in milliseconds. @default no limit
	 */
	collect(options?: object): Promise<unknown>;
	/**
	 * Exports what is not exported yet.
	 *
	 * @param options - may have `timeoutMillis`, the limit in milliseconds. @default no limit
	 */
	forceFlush(options?: object): Promise<void>;
	/**
	 * Flushes, and ends the reader.
	 *
	 * @param options - may have `timeoutMillis`, the limit in milliseconds. @default no limit
	 */
	shutdown(options?: object): Promise<void>;
}

/** A log record, as a log record processor receives it. Those of OpenTelemetry's SDK 2.x and 3.x have these members. */
export interface LogRecord {
	/** The message, or the object that was logged. @default absent */
	readonly body?: unknown;
	/** The severity, as the number of a member of `SeverityNumber`. @default absent */
	readonly severityNumber?: number | undefined;
	/** The severity in the words of its source. @default absent */
	readonly severityText?: string | undefined;
	/** The attributes by name. */
	readonly attributes: Readonly<Record<string, unknown>>;
}

/**
 * A log record processor, by its shape: those of OpenTelemetry's SDK 2.x and 3.x fit. If a method of it throws or rejects,
 * that is logged, and the application and the other processors go on.
 */
export interface LogRecordProcessor {
	/**
	 * Receives a log record when it is emitted.
	 *
	 * @param record - the record, as redacted
	 * @param context - the context that it was emitted in. @default the active context
	 */
	onEmit(record: LogRecord, context?: Context): void;
	/** Exports what is not exported yet. */
	forceFlush(): Promise<void>;
	/** Flushes, and ends the processor. */
	shutdown(): Promise<void>;
}

/**
 * A sampler, by its shape: those of OpenTelemetry's SDK 2.x and 3.x fit. If `shouldSample` throws, that is logged once, and
 * the span is recorded and sampled.
 */
export interface Sampler {
	/**
	 * Decides about a span before it starts.
	 *
	 * @param context - the context with the parent
	 * @param traceId - 32 hexadecimal digits
	 * @param spanName - the name that the span starts with
	 * @param spanKind - the kind, as the number of a member of `SpanKind`
	 * @param attributes - those that the span starts with
	 * @param links - those that the span starts with
	 * @returns `decision`, a value of `SamplingDecision`, and attributes that are added to the span
	 */
	shouldSample(
		context: Context,
		traceId: string,
		spanName: string,
		spanKind: number,
		attributes: Readonly<Record<string, unknown>>,
		links: Link[],
	): {
		/** The number of a member of `SamplingDecision`. */
		readonly decision: number;
		/** Attributes that are added to the span; left out if there are none. */
		readonly attributes?: Readonly<Record<string, unknown>>;
		/** The trace state of the span; left out if it is that of the parent. */
		readonly traceState?: TraceState;
	};
	/** Returns a text that describes the sampler. */
	toString(): string;
}

/** A resource, by its shape: those of OpenTelemetry's SDK 2.x and 3.x fit. */
export interface Resource {
	/** The attributes by name, such as `service.name`. */
	readonly attributes: Readonly<Record<string, unknown>>;
}
