import { context, logs, metrics, propagation, trace } from '@opentelemetry/api';

/** What OpenTelemetry keeps one of per process, by its name in the API's registry. */
const APIS = { trace, metrics, logs, context, propagation };

type Registry = Partial<Record<keyof typeof APIS, unknown>>;

const KEY = Symbol.for('opentelemetry.js.api.1');

function registry(): Registry {
	return (globalThis as { [KEY]?: Registry })[KEY] ?? {};
}

/** The signals that an SDK, ours or another, is registered for. */
export function registeredSignals(): string[] {
	const { trace: traces, metrics: meters, logs: loggers } = registry();
	return [traces && 'traces', meters && 'metrics', loggers && 'logs'].filter((name) => typeof name === 'string');
}

/**
 * Runs `register`, and answers what takes out again whatever it registered and nothing else. The NodeSDK's own
 * `shutdown()` leaves all of it in place, and a later SDK would then get nothing (measured).
 */
export function removable(register: () => void): () => void {
	const before = { ...registry() };
	register();
	const after = { ...registry() };
	return () => {
		for (const name of Object.keys(APIS) as (keyof typeof APIS)[]) {
			const mine = after[name] !== undefined && after[name] !== before[name];
			if (mine && registry()[name] === after[name]) APIS[name].disable();
		}
	};
}
