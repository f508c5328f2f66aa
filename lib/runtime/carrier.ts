import { isSpanContextValid, type Link, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { activeContext } from './active-context.js';
import { warnOnce } from './log-once.js';

/**
 * Writes the active trace context and baggage into headers, by OpenTelemetry's registered propagator: `traceparent`,
 * `tracestate` and `baggage` by default. For messages that a library without an instrumentation sends: the receiver
 * passes them to {@linkcode linkFrom}. Without an SDK nothing is written. Never throws.
 *
 * @param headers - a plain object. @default a new one
 * @returns the same object
 *
 * @example
 * ```ts
 * import { injectContext, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * const job = traceInvocation('self.queue.add', () => ({ data: { id: 7 }, headers: injectContext() }));
 * Object.keys(job.headers); // => ['traceparent']
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
 * Returns a link to the span that wrote its context into headers, with {@linkcode injectContext} or any propagator of
 * OpenTelemetry; undefined if the headers have no valid context. Never throws.
 *
 * @param headers - a plain object with keys in lower case; anything else gives undefined
 *
 * @example
 * ```ts
 * import { injectContext, linkFrom, traced, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * const headers = traceInvocation('self.queue.add', () => injectContext());
 * const work = traced((job: { headers: object }) => job.headers, { links: ([job]) => linkFrom(job.headers) });
 * work({ headers }) === headers; // => true
 * linkFrom(headers)?.context.traceId; // => headers.traceparent?.slice(3, 35)
 * linkFrom({}); // => undefined
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
