import type { TextMapPropagator } from '@opentelemetry/api';
import {
	CompositePropagator,
	getStringListFromEnv,
	W3CBaggagePropagator,
	W3CTraceContextPropagator,
} from '@opentelemetry/core';

/**
 * Creates the propagator that `OTEL_PROPAGATORS` names. Returns undefined for `none`.
 *
 * @default W3C trace context and W3C baggage
 */
export function propagator(): TextMapPropagator | undefined {
	const words = [...new Set(getStringListFromEnv('OTEL_PROPAGATORS') ?? ['tracecontext', 'baggage'])];
	if (words.includes('none')) return undefined;
	const propagators = words.map((word) =>
		word === 'baggage' ? new W3CBaggagePropagator() : new W3CTraceContextPropagator(),
	);
	return propagators.length === 1 ? propagators[0] : new CompositePropagator({ propagators });
}
