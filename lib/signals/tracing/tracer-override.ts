import type { Tracer } from '@opentelemetry/api';
import { newEpoch } from '../../runtime/epoch.js';
import { processState } from '../../runtime/process-state.js';

/** Answers the tracer that stands in for another one, or that one itself. */
export type TracerOverride = (tracer: Tracer) => Tracer;

const none: TracerOverride = (tracer) => tracer;

/** For every copy of the toolkit in the process: the presets that were imported may be another one's. */
const state = processState('tracing/tracer-override', () => ({ now: none }));

/**
 * Lets another tracer make the spans of the toolkit's own invocations, in the place of the one that is registered.
 *
 * @returns takes it back
 */
export function overrideTracer(next: TracerOverride): () => void {
	state.now = next;
	newEpoch();
	return () => {
		if (state.now !== next) return;
		state.now = none;
		newEpoch();
	};
}

/** The tracer with which the toolkit makes its spans. */
export function overridingTracer(tracer: Tracer): Tracer {
	return state.now(tracer);
}
