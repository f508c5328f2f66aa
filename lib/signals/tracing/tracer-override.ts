import type { Tracer } from '@opentelemetry/api';
import { beginEpoch } from '../../runtime/epoch.js';
import { processState } from '../../runtime/process-state.js';

/** Returns the tracer that replaces the given one, or the given one itself. */
export type TracerOverride = (tracer: Tracer) => Tracer;

const noOverride: TracerOverride = (tracer) => tracer;

/** Shared by all copies of the toolkit in the process: the presets may have been imported from another copy. */
const state = processState('tracing/tracer-override', () => ({ now: noOverride }));

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
export function effectiveTracer(tracer: Tracer): Tracer {
	return state.now(tracer);
}
