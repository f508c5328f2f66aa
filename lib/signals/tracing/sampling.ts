import type { Context, SpanContext } from '@opentelemetry/api';
import { trace } from '@opentelemetry/api';

/** What is known of a sampler, so that work for spans that it drops can be left out. */
export interface Sampling {
	/** Whether a sampler may read the attributes that a span starts with. */
	readonly readsAttributes: boolean;
	/** Whether every span below an unsampled span is unsampled too. */
	readonly followsUnsampledParent: boolean;
}

/** What must be assumed of a sampler that is not known. */
const UNKNOWN: Sampling = { readsAttributes: true, followsUnsampledParent: false };

/**
 * The words in the descriptions of OpenTelemetry's samplers and of those of the presets. These read ids and parents,
 * but no attributes.
 */
const KNOWN =
	/^(?:AlwaysOnSampler|AlwaysOffSampler|TraceIdRatioBased|ParentBased|RuleSampler|ModelCallSampler|NoScrapes|root|(?:remote|local)Parent(?:Not)?Sampled|[\d.e-]+)$/;

/** The description of a sampler that drops all children of unsampled spans, local and remote ones. */
const FOLLOWS_UNSAMPLED =
	/ParentBased\{.*remoteParentNotSampled=AlwaysOffSampler,.*localParentNotSampled=AlwaysOffSampler\}/;

/**
 * Determines how a tracer samples by the description that the specification requires of every sampler
 * (`Sampler.GetDescription`, in JavaScript `toString()`). The sampler is the private field `_sampler` of the SDK's
 * `Tracer`; if it is absent, or the sampler is not known, it may do anything. Never throws.
 */
export function samplingOf(tracer: object): Sampling {
	try {
		const sampler = (tracer as { _sampler?: unknown })._sampler;
		if (typeof sampler !== 'object' || sampler === null) return UNKNOWN;
		const described = String(sampler);
		// A description is read as words, since samplers nest: one unknown word means an unknown sampler.
		const words = described.split(/[\s{}=,]+/).filter((word) => word !== '');
		if (!words.every((word) => KNOWN.test(word))) return UNKNOWN;
		return { readsAttributes: false, followsUnsampledParent: FOLLOWS_UNSAMPLED.test(described) };
	} catch {
		return UNKNOWN;
	}
}

/** The last unsampled parent whose ids were found valid: checking them takes half the time of a call below it. */
let lastValid: SpanContext | undefined;

/** Returns true if the context has a valid parent span that is not sampled; false if it has none. */
export function isBelowUnsampled(context: Context): boolean {
	const parent = trace.getSpanContext(context);
	if (parent === undefined || (parent.traceFlags & 1) !== 0) return false;
	if (parent === lastValid) return true;
	if (!trace.isSpanContextValid(parent)) return false;
	lastValid = parent;
	return true;
}
