import { type Attributes, type Context, type Link, SpanKind } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { isOwnScrape } from '../../presets/prometheus/scrapes.js';

/**
 * Drops the spans of scrapes of the toolkit's own metrics page, with all spans below them. Another sampler decides
 * about all others.
 */
export class ScrapeSampler implements Sampler {
	readonly #inner: Sampler;

	/** @param inner - decides about all other spans */
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
		if (kind === SpanKind.SERVER) {
			// The stable name of the attribute, or the one before it.
			const url = attributes['url.path'] ?? attributes['http.target'];
			if (typeof url === 'string' && isOwnScrape({ url })) return { decision: SamplingDecision.NOT_RECORD };
		}
		return this.#inner.shouldSample(context, traceId, name, kind, attributes, links);
	}

	toString(): string {
		return `NoScrapes{${this.#inner.toString()}}`;
	}
}
