import { type Attributes, type Context, type Link, type SpanKind, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { enclosingSpan } from '../../lib/tokens/attribution/span-nesting.js';
import { mayCarryUsage } from '../../lib/usage/formats/span-attributes.js';

/**
 * Lets unsampled spans of model calls be recorded without being exported, so that their tokens are counted: sampling
 * never changes a count.
 *
 * Spans below such a span are recorded too, up to the next invocation. Of nested spans with usage only one counts, and
 * an unrecorded span between them would hide that they are nested. The decision about all other spans is that of the
 * wrapped sampler, and costs no more.
 *
 * The wrapped sampler can be replaced while the SDK runs: tracers keep this one for ever.
 */
export class ModelCallSampler implements Sampler {
	#inner: Sampler;

	/** @param inner - the sampler that decides which spans are exported */
	constructor(inner: Sampler) {
		this.#inner = inner;
	}

	shouldSample(
		context: Context,
		traceId: string,
		name: string,
		kind: SpanKind,
		attributes: Attributes,
		links: Link[],
	): SamplingResult {
		const result = this.#inner.shouldSample(context, traceId, name, kind, attributes, links);
		if (result.decision !== SamplingDecision.NOT_RECORD) return result;
		if (!mayCarryUsage(attributes) && !isBelowUnsampledCall(context)) return result;
		return { ...result, decision: SamplingDecision.RECORD };
	}

	/**
	 * Replaces the sampler that decides which spans are exported, from the next span on. Begin a new epoch afterwards,
	 * because callers cache what is known of a sampler.
	 */
	replaceInner(inner: Sampler): void {
		this.#inner = inner;
	}

	toString(): string {
		return `ModelCallSampler{${this.#inner.toString()}}`;
	}
}

/** Whether the parent is a span that is recorded and not sampled, with no invocation between the two. */
function isBelowUnsampledCall(context: Context): boolean {
	const parent = trace.getSpanContext(context);
	return parent !== undefined && (parent.traceFlags & 1) === 0 && enclosingSpan(context) !== undefined;
}
