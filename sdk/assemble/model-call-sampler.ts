import { type Attributes, type Context, type Link, type SpanKind, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { enclosingSpan } from '../../lib/tokens/attribution/span-nesting.js';
import { mayCarryUsage } from '../../lib/usage/formats/span-attributes.js';

/**
 * Lets spans of model calls that are not sampled be recorded nevertheless, so that their tokens can be counted: sampling
 * never changes a count. They are not exported. So are the spans below one of them, up to the next invocation: of nested
 * spans with usage one counts, and a span between them that is not recorded would hide that they are nested. Whatever else
 * begins without a word of a model call stays as the sampler inside decided, and costs no more.
 */
export class ModelCallSampler implements Sampler {
	readonly #inside: Sampler;

	constructor(inside: Sampler) {
		this.#inside = inside;
	}

	shouldSample(
		context: Context,
		traceId: string,
		name: string,
		kind: SpanKind,
		attributes: Attributes,
		links: Link[],
	): SamplingResult {
		const result = this.#inside.shouldSample(context, traceId, name, kind, attributes, links);
		if (result.decision !== SamplingDecision.NOT_RECORD) return result;
		if (!mayCarryUsage(attributes) && !isBelowUnsampledCall(context)) return result;
		return { ...result, decision: SamplingDecision.RECORD };
	}

	toString(): string {
		return `ModelCallSampler{${this.#inside.toString()}}`;
	}
}

/** True right below a span that is recorded and not sampled, unless an invocation began between them. */
function isBelowUnsampledCall(context: Context): boolean {
	const around = trace.getSpanContext(context);
	return around !== undefined && (around.traceFlags & 1) === 0 && enclosingSpan(context) !== undefined;
}
