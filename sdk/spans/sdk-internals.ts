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

/** What counts the spans of a tracer for the SDK's own metrics; answers what counts the end. */
export interface TracerMetrics {
	startSpan(parent: SpanContext | undefined, decision: SamplingDecision): (() => void) | undefined;
}

/** What a tracer of OpenTelemetry's SDK is made of. */
export interface SdkInternals {
	readonly sampler: Sampler;
	readonly limits: SpanLimits;
	readonly ids: IdGenerator;
	readonly resource: Resource;
	readonly scope: InstrumentationScope;
	/** All processors of the provider, in their order. */
	readonly processor: SpanProcessor;
	/** Undefined where the provider has no meters, so that nobody counts. */
	readonly metrics: TracerMetrics | undefined;
}

/** The fields of the SDK's tracer that hold them (sdk-trace 3.0, Tracer.ts). */
interface SdkTracer {
	readonly _sampler?: Sampler;
	readonly _spanLimits?: Partial<SpanLimits>;
	readonly _idGenerator?: IdGenerator;
	readonly _resource?: Resource;
	readonly _spanProcessor?: SpanProcessor;
	readonly _tracerMetrics?: TracerMetrics & { readonly startedSpans?: unknown };
	readonly instrumentationScope?: InstrumentationScope;
}

const LIMITS = [
	'attributeCountLimit',
	'attributeValueLengthLimit',
	'attributePerEventCountLimit',
	'attributePerLinkCountLimit',
	'eventCountLimit',
	'linkCountLimit',
] as const satisfies readonly (keyof SpanLimits)[];

/**
 * The parts of a tracer, as the SDK made them: with what NodeSDK and the environment say of limits, ids and resource.
 * Undefined where one of them is not there, as in another version of the SDK: its own spans then do.
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
	const counted = metrics.startedSpans !== createNoopMeter().createCounter('');
	return { sampler, limits, ids, resource, scope, processor, metrics: counted ? metrics : undefined };
}

function areLimits(limits: Partial<SpanLimits> | undefined): limits is SpanLimits {
	return limits !== undefined && LIMITS.every((name) => typeof limits[name] === 'number');
}
