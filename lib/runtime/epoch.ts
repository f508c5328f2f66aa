import { apiRegistry } from './active-context.js';
import { processState } from './process-state.js';
import { scopedState } from './scoped-state.js';

/** Epochs of the whole process. Two tests that run at the same time never have the same one. */
const latest = processState('runtime/latest-epoch', () => ({
	/** The number of the latest epoch. */
	epoch: 0,
	/** Called when an epoch begins, for the tests that have an epoch of their own; only `agentese-otel/testing` sets it. */
	onBegin: undefined as (() => void) | undefined,
}));

/**
 * The epoch: a number that changes whenever OpenTelemetry's registered providers or the toolkit's declarations and
 * settings may have changed.
 *
 * What a call needs (join points, tracers, instruments) is computed once per epoch and cached. Each of these begins a
 * new epoch: a provider is registered, removed or replaced; a class is declared; a setting is changed. Neither of the
 * two may be used beyond its epoch: instruments that are created before an SDK starts never record in OpenTelemetry JS,
 * and a tracer that is fetched before `trace.disable()` continues to record.
 */
const state = scopedState('runtime/epoch', () => ({
	current: nextEpoch(),
	/** The providers and the context manager that were registered when the epoch was last read. */
	trace: undefined as unknown,
	metrics: undefined as unknown,
	context: undefined as unknown,
}));

/** Returns the current epoch. It costs three comparisons if nothing changed. */
export function currentEpoch(): number {
	const registry = apiRegistry();
	if (registry === undefined) return state.current;
	if (registry.trace !== state.trace || registry.metrics !== state.metrics || registry.context !== state.context) {
		state.trace = registry.trace;
		state.metrics = registry.metrics;
		state.context = registry.context;
		state.current = nextEpoch();
	}
	return state.current;
}

/** Begins a new epoch. Call it after a declaration was added or a setting was changed. */
export function beginEpoch(): void {
	state.current = nextEpoch();
	latest.onBegin?.();
}

/** Sets what is called whenever an epoch begins, after that; undefined for nothing. For `agentese-otel/testing`. */
export function whenEpochBegins(listener: (() => void) | undefined): void {
	latest.onBegin = listener;
}

/** Begins a new epoch for the running test alone, without a notice to others. For `agentese-otel/testing`. */
export function renewEpoch(): void {
	state.current = nextEpoch();
}

function nextEpoch(): number {
	latest.epoch += 1;
	return latest.epoch;
}

/** Returns true while a tracer provider is registered with OpenTelemetry. */
export function tracesOn(): boolean {
	return apiRegistry()?.trace !== undefined;
}

/** Returns true while a meter provider is registered with OpenTelemetry. */
export function metricsOn(): boolean {
	return apiRegistry()?.metrics !== undefined;
}
