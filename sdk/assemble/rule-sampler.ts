import type { Context } from '@opentelemetry/api';
import { type Sampler, type SamplingResult, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { rateOf } from '../../lib/rules/rate.js';

/**
 * Decides root spans: those of a join point for which a rule sets a rate by that rate, all others as another sampler
 * does. The decision depends on the trace's id alone, so it is the same for every call with that id.
 *
 * It is used as the root sampler of a `ParentBasedSampler`, which calls it for root spans only. A child follows its
 * parent, so a rate never removes only a part of a trace.
 */
export class RuleSampler implements Sampler {
	readonly #fallback: Sampler;
	/** One sampler for each rate. It has at most as many entries as the config has rules. */
	readonly #byRate = new Map<number, Sampler>();

	/** @param fallback - decides root spans for which no rule sets a rate */
	constructor(fallback: Sampler) {
		this.#fallback = fallback;
	}

	shouldSample(context: Context, ...span: SpanArguments): SamplingResult {
		const rate = rateOf(context);
		return (rate === undefined ? this.#fallback : this.#samplerOf(rate)).shouldSample(context, ...span);
	}

	toString(): string {
		return `RuleSampler{${this.#fallback.toString()}}`;
	}

	#samplerOf(rate: number): Sampler {
		let sampler = this.#byRate.get(rate);
		if (sampler === undefined) {
			sampler = new TraceIdRatioBasedSampler(rate);
			this.#byRate.set(rate, sampler);
		}
		return sampler;
	}
}

/** The parameters of `shouldSample` after the context. */
type SpanArguments = Parameters<Sampler['shouldSample']> extends [Context, ...infer Rest] ? Rest : never;
