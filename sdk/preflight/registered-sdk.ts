import * as api from '@opentelemetry/api';
import { unreadableSdk } from '../../lib/runtime/conflicts.js';

/** What the API has one of per process, by its name in the API's registry. */
type Name = 'trace' | 'metrics' | 'logs' | 'context' | 'propagation';

/** The registry of the API: what is registered, by name. */
type Registry = Partial<Record<Name, unknown>>;

/** The key under which every copy of the API keeps its registry in `globalThis`. */
const KEY = Symbol.for('opentelemetry.js.api.1');

/** The registry of this process; empty if nothing is registered. */
function registry(): Registry {
	return (globalThis as { [KEY]?: Registry })[KEY] ?? {};
}

/** Returns the signals for which an SDK is registered, whether the toolkit or somebody else registered it. */
export function registeredSignals(): string[] {
	const { trace: traces, metrics: meters, logs: loggers } = registry();
	return [traces && 'traces', meters && 'metrics', loggers && 'logs'].filter((name) => typeof name === 'string');
}

/**
 * Returns the fault of an SDK that the application registered and that decorators can use, as a sentence with the solution;
 * undefined if it has none.
 */
export function registeredSdkFault(): string | undefined {
	const { trace: traces, context } = registry();
	if (traces === undefined || context !== undefined || unreadableSdk() !== undefined) return undefined;
	return (
		'that SDK registered no context manager, so its spans have no parent. Register one before the SDK starts: ' +
		'context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()), of ' +
		'@opentelemetry/context-async-hooks.'
	);
}

/** What one SDK has registered with the API. */
export interface Registration {
	/** Unregisters from the API exactly what was registered, unless something else is registered in its place. */
	readonly remove: () => void;
	/** The context manager, if it was registered; else undefined. */
	readonly contextManager: unknown;
}

/**
 * Calls `register` and returns what that has registered with the API. The NodeSDK's `shutdown()` unregisters nothing,
 * and a later SDK would receive nothing (measured).
 */
export function registerRemovably(register: () => void): Registration {
	const before = { ...registry() };
	register();
	const after = { ...registry() };
	const wasRegistered = (name: Name) => after[name] !== undefined && after[name] !== before[name];
	const remove = () => {
		const isToRemove = (name: Name) => wasRegistered(name) && registry()[name] === after[name];
		if (isToRemove('trace')) api.trace.disable();
		if (isToRemove('metrics')) api.metrics.disable();
		if (isToRemove('logs')) api.logs.disable();
		if (isToRemove('context')) api.context.disable();
		if (isToRemove('propagation')) api.propagation.disable();
	};
	return { remove, contextManager: wasRegistered('context') ? after.context : undefined };
}

/**
 * Removes a registration and makes another one in its place, before it returns. The context manager stays the same one:
 * code that runs meanwhile would otherwise lose its active span.
 */
export function registerInPlaceOf(former: Registration, register: () => void): Registration {
	const { contextManager } = former;
	const current = registry() as Partial<Record<Name, unknown>>;
	if (contextManager === undefined || current.context !== contextManager) {
		former.remove();
		return registerRemovably(register);
	}
	// Hidden, so that it is neither disabled nor in the way of the one that the new SDK registers.
	delete current.context;
	former.remove();
	return registerRemovably(() => {
		register();
		(registry() as Partial<Record<Name, unknown>>).context = contextManager;
	});
}
