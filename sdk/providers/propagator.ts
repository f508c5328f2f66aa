import type { TextMapPropagator } from '@opentelemetry/api';
import {
	CompositePropagator,
	getStringListFromEnv,
	W3CBaggagePropagator,
	W3CTraceContextPropagator,
} from '@opentelemetry/core';

/**
 * What carries a context from process to process: W3C trace context and baggage, unless `OTEL_PROPAGATORS` says
 * otherwise. Undefined for `none`.
 */
export function propagator(): TextMapPropagator | undefined {
	const words = [...new Set(getStringListFromEnv('OTEL_PROPAGATORS') ?? ['tracecontext', 'baggage'])];
	if (words.includes('none')) return undefined;
	const propagators = words.map((word) =>
		word === 'baggage' ? new W3CBaggagePropagator() : new W3CTraceContextPropagator(),
	);
	return propagators.length === 1 ? propagators[0] : new CompositePropagator({ propagators });
}
