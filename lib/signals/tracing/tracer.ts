import { type Tracer, trace } from '@opentelemetry/api';
import { currentEpoch, metricsOn, tracesOn } from '../../runtime/epoch.js';
import { SCOPE, VERSION } from '../../runtime/version.js';
import { type Sampling, samplingOf } from './sampling.js';
import { overridingTracer } from './tracer-override.js';

let made: Tracer | undefined;
let sampled: Sampling | undefined;
let madeIn = 0;

/** The tracer of this epoch: one that was fetched before `trace.disable()` would go on recording into the old provider. */
export function tracer(): Tracer {
	const epoch = currentEpoch();
	if (made === undefined || madeIn !== epoch) {
		made = overridingTracer(trace.getTracer(SCOPE, VERSION));
		sampled = samplingOf(made);
		madeIn = epoch;
	}
	return made;
}

/** How the tracer of this epoch samples. */
export function sampling(): Sampling {
	const now = tracer();
	sampled ??= samplingOf(now);
	return sampled;
}

/** True while neither traces nor metrics are on. Where only metrics are, tokens still need the invocation of `@Traced`. */
export function nothingOn(): boolean {
	return !tracesOn() && !metricsOn();
}
