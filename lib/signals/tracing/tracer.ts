import { type Tracer, trace } from '@opentelemetry/api';
import { beginEpoch, currentEpoch, metricsOn, tracesOn } from '../../runtime/epoch.js';
import { scopedState } from '../../runtime/scoped-state.js';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../../runtime/version.js';
import { type Sampling, samplingOf } from './sampling.js';

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

/** Returns the tracer that replaces the given one, or the given one itself. */
export type TracerOverride = (tracer: Tracer) => Tracer;

const noOverride: TracerOverride = (tracer) => tracer;

/** Shared by all copies of the toolkit in the process: the presets may have been imported from another copy. */
const state = scopedState('tracing/tracer-override', () => ({ now: noOverride }));

/**
 * Replaces the tracer that starts the spans of invocations. A later override replaces an earlier one.
 *
 * @returns a function that removes the override, unless another one replaced it
 */
export function overrideTracer(override: TracerOverride): () => void {
	state.now = override;
	beginEpoch();
	return () => {
		if (state.now !== override) return;
		state.now = noOverride;
		beginEpoch();
	};
}

/** Returns the tracer that starts the spans of invocations in place of this one; the same one without an override. */
function effectiveTracer(tracer: Tracer): Tracer {
	return state.now(tracer);
}
