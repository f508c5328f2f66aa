import { isSpanContextValid, type Link, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { activeContext } from './active-context.js';
import { warnOnce } from './log-once.js';

/**
 * Writes the active trace context and baggage into headers, by OpenTelemetry's registered propagator: `traceparent`,
 * `tracestate` and `baggage` by default. For messages that a library without an instrumentation sends: the receiver
 * passes them to `linkFrom`. Without an SDK nothing is written. Never throws.
 *
 * @param headers - a plain object; created if left out
 * @returns the same object
 *
 * @example
 * ```ts
 * const job = { data: { id: 7 }, headers: injectContext() };
 * ```
 */
export function injectContext<T extends object = Record<string, string>>(headers: T = {} as T): T {
	try {
		propagation.inject(activeContext(), headers);
	} catch (error) {
		warnOnce('context.inject', 'the trace context could not be written into headers.', error);
	}
	return headers;
}

/**
 * Returns a link to the span that wrote its context into headers, with `injectContext` or any propagator of
 * OpenTelemetry; undefined if the headers have no valid context. Never throws.
 *
 * @param headers - a plain object with keys in lower case; anything else gives undefined
 *
 * @example
 * ```ts
 * const headers = injectContext();
 * const work = traced((_job: { headers: object }) => 'done', { links: ([job]) => linkFrom(job.headers) });
 * ```
 */
export function linkFrom(headers: unknown): Link | undefined {
	if (typeof headers !== 'object' || headers === null) return undefined;
	try {
		const context = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers));
		return context !== undefined && isSpanContextValid(context) ? { context } : undefined;
	} catch (error) {
		warnOnce('context.extract', 'the trace context of headers could not be read.', error);
		return undefined;
	}
}
