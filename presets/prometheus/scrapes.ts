import type { IncomingMessage } from 'node:http';
import { type Attributes, type Context, type Link, SpanKind } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { shared } from '../../lib/runtime/shared.js';

/** The paths at which our page is mounted on servers of the application: those configured, and those seen. */
const paths = shared('presets/prometheus/paths', () => new Set<string>());

/** More than this are not our mounts but somebody's wildcard route. */
const MAX_PATHS = 20;

/** Remembers that the page stands at this path. */
export function mountedAt(at: string | IncomingMessage): void {
	const path = typeof at === 'string' ? at : pathOf(at);
	if (path !== undefined && paths.size < MAX_PATHS) paths.add(path);
}

/** Whether a request asks for our own page: for instrumentations of servers, which then make no span of it. */
export function isOwnScrape(request: { readonly url?: string | undefined }): boolean {
	const path = pathOf(request);
	return path !== undefined && paths.has(path);
}

/** Express cuts its mount off `url`, and keeps the whole in `originalUrl`. */
function pathOf(request: { readonly url?: string | undefined; readonly originalUrl?: unknown }): string | undefined {
	const { originalUrl, url } = request;
	return (typeof originalUrl === 'string' ? originalUrl : url)?.replace(/[?#].*$/s, '');
}

/** Keeps the scrapes of our own page out of the traces, with all that happens below them; others decide the rest. */
export class NoScrapes implements Sampler {
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
