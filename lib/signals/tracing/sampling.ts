import type { Context, SpanContext } from '@opentelemetry/api';
import { trace } from '@opentelemetry/api';

/** What is known of how spans are sampled. */
export interface Sampling {
	/** Whether a sampler may read the attributes that a span starts with. */
	readonly readsAttributes: boolean;
	/** Whether what is below an unsampled span is unsampled too, whatever it is. */
	readonly heedsUnsampled: boolean;
}

const UNKNOWN: Sampling = { readsAttributes: true, heedsUnsampled: false };

/** OpenTelemetry's samplers and the presets' own, as they describe themselves: these decide by ids and parents alone. */
const KNOWN =
	/^(?:AlwaysOnSampler|AlwaysOffSampler|TraceIdRatioBased|ParentBased|RuleSampler|ModelCallSampler|NoScrapes|root|(?:remote|local)Parent(?:Not)?Sampled|[\d.e-]+)$/;

const HEEDS_UNSAMPLED =
	/ParentBased\{.*remoteParentNotSampled=AlwaysOffSampler,.*localParentNotSampled=AlwaysOffSampler\}/;

/**
 * Reads of a tracer how it samples: by the description that the specification asks of every sampler
 * (`Sampler.GetDescription`, in JavaScript `toString()`). Of a tracer that is not OpenTelemetry's, and of a sampler that
 * is not known, everything is assumed.
 */
export function samplingOf(tracer: object): Sampling {
	try {
		const sampler = (tracer as { _sampler?: unknown })._sampler;
		if (typeof sampler !== 'object' || sampler === null) return UNKNOWN;
		const described = String(sampler);
		const words = described.split(/[\s{}=,]+/).filter((word) => word !== '');
		if (!words.every((word) => KNOWN.test(word))) return UNKNOWN;
		return { readsAttributes: false, heedsUnsampled: HEEDS_UNSAMPLED.test(described) };
	} catch {
		return UNKNOWN;
	}
}

/** The latest unsampled parent that was found to be valid: to look at its ids is half of what a call below it costs. */
let lastValid: SpanContext | undefined;

/** True below a span that is not sampled; false where there is none. */
export function isBelowUnsampled(context: Context): boolean {
	const parent = trace.getSpanContext(context);
	if (parent === undefined || (parent.traceFlags & 1) !== 0) return false;
	if (parent === lastValid) return true;
	if (!trace.isSpanContextValid(parent)) return false;
	lastValid = parent;
	return true;
}
