import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { maySpend } from '../lib/tokens/span-usage.js';

/**
 * Lets spans of model calls that are not sampled be recorded nevertheless, so that their tokens can be counted: sampling
 * never changes a count. They are not exported. What begins without a word of a model call stays as the sampler inside
 * decided, and costs no more.
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
		if (result.decision !== SamplingDecision.NOT_RECORD || !maySpend(attributes)) return result;
		return { ...result, decision: SamplingDecision.RECORD };
	}

	toString(): string {
		return `ModelCallSampler{${this.#inside.toString()}}`;
	}
}
