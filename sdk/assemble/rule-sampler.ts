import type { Context } from '@opentelemetry/api';
import { type Sampler, type SamplingResult, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { rateOf } from '../../lib/rules/rate.js';

/**
 * Decides the roots: those whose join point has a rate of its own by that rate, all others as the given sampler does. By
 * the trace's id, so that whoever asks the same again gets the same.
 *
 * It belongs below a `ParentBasedSampler`, which asks it for roots alone: a child follows its parent, so that a rate
 * never tears a trace apart.
 */
export class RuleSampler implements Sampler {
	readonly #others: Sampler;
	/** As many as there are rules, for rates are said in the config. */
	readonly #byRate = new Map<number, Sampler>();

	/** @param others - decides the roots that no rule has a rate for */
	constructor(others: Sampler) {
		this.#others = others;
	}

	shouldSample(context: Context, ...span: SpanArguments): SamplingResult {
		const rate = rateOf(context);
		return (rate === undefined ? this.#others : this.#at(rate)).shouldSample(context, ...span);
	}

	toString(): string {
		return `RuleSampler{${this.#others.toString()}}`;
	}

	#at(rate: number): Sampler {
		let sampler = this.#byRate.get(rate);
		if (sampler === undefined) {
			sampler = new TraceIdRatioBasedSampler(rate);
			this.#byRate.set(rate, sampler);
		}
		return sampler;
	}
}

/** What a sampler is told beyond the context. */
type SpanArguments = Parameters<Sampler['shouldSample']> extends [Context, ...infer Rest] ? Rest : never;
