import type { TextMapPropagator } from '@opentelemetry/api';
import {
	CompositePropagator,
	getStringListFromEnv,
	W3CBaggagePropagator,
	W3CTraceContextPropagator,
} from '@opentelemetry/core';

/** The words of `OTEL_PROPAGATORS` that this file has a propagator for. Others are reported when the config is loaded. */
const KNOWN = ['tracecontext', 'baggage', 'none'];

/**
 * Creates the propagator that `OTEL_PROPAGATORS` names. Returns undefined for `none`.
 *
 * @default W3C trace context and W3C baggage
 */
export function propagator(): TextMapPropagator | undefined {
	const named = getStringListFromEnv('OTEL_PROPAGATORS')?.filter((word) => KNOWN.includes(word)) ?? [];
	const words = [...new Set(named.length === 0 ? ['tracecontext', 'baggage'] : named)];
	if (words.includes('none')) return undefined;
	const propagators = words.map((word) =>
		word === 'baggage' ? new W3CBaggagePropagator() : new W3CTraceContextPropagator(),
	);
	return propagators.length === 1 ? propagators[0] : new CompositePropagator({ propagators });
}
