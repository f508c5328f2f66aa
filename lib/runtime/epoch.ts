import { registered } from './active-context.js';
import { processState } from './process-state.js';

/**
 * Which of OpenTelemetry's signals are on, as one number that changes whenever the answer may have changed.
 *
 * What a call needs (join points, tracers, instruments) is computed once per epoch and kept: a provider that is
 * registered, removed or replaced, a class that is declared and a setting that is changed each begin a new one.
 * Instruments made before an SDK starts are dead for ever in OpenTelemetry JS, and a tracer fetched before
 * `trace.disable()` goes on recording, so neither may outlive its epoch.
 */
const state = processState('runtime/epoch', () => ({
	epoch: 1,
	trace: undefined as unknown,
	metrics: undefined as unknown,
	context: undefined as unknown,
}));

/** The epoch of this moment. Three comparisons where nothing changed. */
export function currentEpoch(): number {
	const registry = registered();
	if (registry === undefined) return state.epoch;
	if (registry.trace !== state.trace || registry.metrics !== state.metrics || registry.context !== state.context) {
		state.trace = registry.trace;
		state.metrics = registry.metrics;
		state.context = registry.context;
		state.epoch += 1;
	}
	return state.epoch;
}

/** Begins a new epoch: something was declared, or a setting changed. */
export function newEpoch(): void {
	state.epoch += 1;
}

/** True while a tracer provider is registered with OpenTelemetry. */
export function tracesOn(): boolean {
	return registered()?.trace !== undefined;
}

/** True while a meter provider is registered with OpenTelemetry. */
export function metricsOn(): boolean {
	return registered()?.metrics !== undefined;
}
