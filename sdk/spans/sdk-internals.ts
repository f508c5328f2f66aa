import { createNoopMeter, type SpanContext, type Tracer } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type {
	IdGenerator,
	SpanLimits as OptionalLimits,
	Sampler,
	SamplingDecision,
	SpanProcessor,
} from '@opentelemetry/sdk-trace';

/** All limits of a span, each with its value. */
export type SpanLimits = Required<OptionalLimits>;

/** The SDK's `TracerMetrics`: it counts the spans of a tracer for the metrics `otel.sdk.span.*`. */
interface TracerMetrics {
	/** Counts a span that starts; returns a function to be called when the span ends, undefined if none is needed. */
	startSpan(parent: SpanContext | undefined, decision: SamplingDecision): (() => void) | undefined;
}

/** The parts of a tracer of OpenTelemetry's SDK, as its tracer provider was configured with them. */
export interface SdkInternals {
	/** Decides whether a span is recorded. */
	readonly sampler: Sampler;
	/** How many attributes, events and links a span keeps. */
	readonly limits: SpanLimits;
	/** Generates trace ids and span ids. */
	readonly ids: IdGenerator;
	/** What the spans describe: the service, the host and so on. */
	readonly resource: Resource;
	/** Name and version of the tracer. */
	readonly scope: InstrumentationScope;
	/** All processors of the provider, in their order, as one. */
	readonly processor: SpanProcessor;
	/** Undefined if the provider has no meter provider, so that spans need not be counted. */
	readonly metrics: TracerMetrics | undefined;
}

/**
 * The private fields of the class `Tracer` of sdk-trace 3.0 (`Tracer.ts`) that are read here: there is no public way to
 * get them. If any of them is absent, `sdkInternalsOf` returns undefined, and the SDK's own tracer is used for all
 * spans.
 */
interface SdkTracer {
	/** The sampler; NodeSDK and `OTEL_TRACES_SAMPLER` may have chosen it. */
	readonly _sampler?: Sampler;
	/** The limits, with those of the environment (`OTEL_SPAN_*_LIMIT`) merged in. Each must be a number. */
	readonly _spanLimits?: Partial<SpanLimits>;
	/** The id generator. */
	readonly _idGenerator?: IdGenerator;
	/** The resource; its detected attributes may not be settled yet. */
	readonly _resource?: Resource;
	/** The `MultiSpanProcessor`. Its `onStart` and `onEnd` must be functions. */
	readonly _spanProcessor?: SpanProcessor;
	/** The `TracerMetrics`. Its private counter `startedSpans` is a no-op if the provider has no meter provider. */
	readonly _tracerMetrics?: TracerMetrics & { readonly startedSpans?: unknown };
	/** Name and version of the tracer; this field is public. */
	readonly instrumentationScope?: InstrumentationScope;
}

/** The limits that must be there. */
const LIMITS = [
	'attributeCountLimit',
	'attributeValueLengthLimit',
	'attributePerEventCountLimit',
	'attributePerLinkCountLimit',
	'eventCountLimit',
	'linkCountLimit',
] as const satisfies readonly (keyof SpanLimits)[];

/**
 * Reads the parts of a tracer from private fields of the SDK's class `Tracer`.
 *
 * @returns undefined if a field is absent or has another type, as in another version of the SDK or for a tracer that is
 *   not the SDK's. Never throws.
 */
export function sdkInternalsOf(tracer: Tracer): SdkInternals | undefined {
	const {
		_sampler: sampler,
		_spanLimits: limits,
		_idGenerator: ids,
		_resource: resource,
		_spanProcessor: processor,
		_tracerMetrics: metrics,
		instrumentationScope: scope,
	} = tracer as SdkTracer;
	if (sampler === undefined || ids === undefined || resource === undefined || scope === undefined) return undefined;
	if (!areLimits(limits) || typeof processor?.onStart !== 'function' || typeof processor.onEnd !== 'function') {
		return undefined;
	}
	if (typeof metrics?.startSpan !== 'function') return undefined;
	// All no-op counters are the same object. Without meters nothing is counted, so that work is left out.
	const counted = metrics.startedSpans !== createNoopMeter().createCounter('');
	return { sampler, limits, ids, resource, scope, processor, metrics: counted ? metrics : undefined };
}

/** Returns true if every limit is a number. */
function areLimits(limits: Partial<SpanLimits> | undefined): limits is SpanLimits {
	return limits !== undefined && LIMITS.every((name) => typeof limits[name] === 'number');
}
