import { type Attributes, type Context, type Link, SpanKind } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { isOwnScrape } from '../../presets/prometheus/scrapes.js';

/** Keeps the scrapes of our own page out of the traces, with all that happens below them; others decide the rest. */
export class ScrapeSampler implements Sampler {
	readonly #others: Sampler;

	constructor(others: Sampler) {
		this.#others = others;
	}

	shouldSample(
		context: Context,
		traceId: string,
		name: string,
		kind: SpanKind,
		attributes: Attributes,
		links: Link[],
	): SamplingResult {
		if (kind === SpanKind.SERVER) {
			const url = attributes['url.path'] ?? attributes['http.target'];
			if (typeof url === 'string' && isOwnScrape({ url })) return { decision: SamplingDecision.NOT_RECORD };
		}
		return this.#others.shouldSample(context, traceId, name, kind, attributes, links);
	}

	toString(): string {
		return `NoScrapes{${this.#others.toString()}}`;
	}
}
