import { processState } from './process-state.js';

/** Creates the value of a state. */
type Create = () => object;

/** The scoped states of this process, and who is notified of further ones. */
interface ScopedStates {
	/** The value of each state, and the function that creates another one. */
	readonly byName: Map<string, { readonly value: object; readonly create: Create }>;
	/** Called with each state that is created from now on. Only `agentese-otel/testing` sets it. */
	onCreate: ((value: object, create: Create) => void) | undefined;
}

const states = processState('runtime/scoped-states', (): ScopedStates => ({ byName: new Map(), onCreate: undefined }));

/**
 * Returns the process-wide value of a name as `processState` does. `agentese-otel/testing` gives each test a value of
 * its own: it makes the properties of the value accessors, which read those of the running test. So read and write
 * properties, and keep none of their values in variables of a module.
 *
 * @param create - must return a plain object; a `Map` or a `Set` is a property of it
 */
export function scopedState<T extends object>(name: string, create: () => T): T {
	return processState(name, () => {
		const value = create();
		states.byName.set(name, { value, create });
		states.onCreate?.(value, create);
		return value;
	});
}

/**
 * Calls a function with each scoped state that exists, and with each that is created until the returned function is
 * called. For `agentese-otel/testing`.
 */
export function forEachScopedState(visit: (value: object, create: Create) => void): () => void {
	for (const { value, create } of states.byName.values()) visit(value, create);
	states.onCreate = visit;
	return () => {
		states.onCreate = undefined;
	};
}
