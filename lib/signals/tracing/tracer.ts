import { type Tracer, trace } from '@opentelemetry/api';
import { currentEpoch, metricsOn, tracesOn } from '../../runtime/epoch.js';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../../runtime/version.js';
import { type Sampling, samplingOf } from './sampling.js';
import { effectiveTracer } from './tracer-override.js';

let cached: Tracer | undefined;
let cachedSampling: Sampling | undefined;
/** The epoch in which both were determined. */
let cachedEpoch = 0;

/**
 * Returns the tracer of this epoch. It is fetched again in each epoch, because one that was fetched before
 * `trace.disable()` goes on recording into the old provider.
 */
export function tracer(): Tracer {
	const epoch = currentEpoch();
	if (cached === undefined || cachedEpoch !== epoch) {
		// `trace.getTracer` of the API, 1.10, has no parameter for options.
		cached = effectiveTracer(trace.getTracerProvider().getTracer(SCOPE, VERSION, SCOPE_OPTIONS));
		cachedSampling = samplingOf(cached);
		cachedEpoch = epoch;
	}
	return cached;
}

/** Returns how the tracer of this epoch samples. */
export function sampling(): Sampling {
	const current = tracer();
	cachedSampling ??= samplingOf(current);
	return cachedSampling;
}

/**
 * Returns true while neither a tracer provider nor a meter provider is registered. If only the latter is, the advice of
 * `@Traced` is still needed, because tokens are counted on its invocation.
 */
export function isTelemetryOff(): boolean {
	return !tracesOn() && !metricsOn();
}
