// As a namespace: the API below 1.10 has no `logs`, and naming it would keep our own message from being said.
import * as api from '@opentelemetry/api';

/** What OpenTelemetry keeps one of per process, by its name in the API's registry. */
type Name = 'trace' | 'metrics' | 'logs' | 'context' | 'propagation';

type Registry = Partial<Record<Name, unknown>> & { readonly version?: unknown };

const KEY = Symbol.for('opentelemetry.js.api.1');

function registry(): Registry {
	return (globalThis as { [KEY]?: Registry })[KEY] ?? {};
}

/** The signals that an SDK, ours or another, is registered for. */
export function registeredSignals(): string[] {
	const { trace: traces, metrics: meters, logs: loggers } = registry();
	return [traces && 'traces', meters && 'metrics', loggers && 'logs'].filter((name) => typeof name === 'string');
}

/** What is wrong with the SDK that somebody else registered, each as a sentence with the way out. */
export function faultsOfRegistered(): string[] {
	const { trace: traces, metrics: meters, context, version } = registry();
	const faults: string[] = [];
	const reached =
		(traces === undefined || api.trace.getTracerProvider() === traces) &&
		(meters === undefined || api.metrics.getMeterProvider() === meters);
	if (!reached) {
		faults.push(
			`that SDK was registered through @opentelemetry/api ${version}, which is older than the copy that decorators ` +
				'use: nothing that they do reaches it. Make it one copy: update @opentelemetry/api of the application to ' +
				'1.10, and run npm ls @opentelemetry/api.',
		);
	} else if (traces !== undefined && context === undefined) {
		faults.push(
			'that SDK registered no context manager: its spans have no parent. Give it one before it starts: ' +
				'context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()), of ' +
				'@opentelemetry/context-async-hooks.',
		);
	}
	return faults;
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
		const isMine = (name: Name) => after[name] !== undefined && after[name] !== before[name];
		const gone = (name: Name) => isMine(name) && registry()[name] === after[name];
		if (gone('trace')) api.trace.disable();
		if (gone('metrics')) api.metrics.disable();
		if (gone('logs')) api.logs.disable();
		if (gone('context')) api.context.disable();
		if (gone('propagation')) api.propagation.disable();
	};
}
