import { renewEpoch, whenEpochBegins } from '../../lib/runtime/epoch.js';
import { platform } from '../../lib/runtime/platform.js';
import { forEachScopedState } from '../../lib/runtime/scoped-state.js';
import { currentScope, openScopes, runInScope } from './scope.js';

/**
 * Gives each scope values of its own of the toolkit's state (rules, redaction, settings, limits of labels, totals,
 * epoch) and of its clock. Code outside of all scopes keeps the values of the process.
 *
 * @returns a function that undoes it
 */
export function separateStates(): () => void {
	const undo: (() => void)[] = [];
	const stop = forEachScopedState((value, create) => void undo.push(separate(value, create)));
	// The clock of the process is the initial one of each scope, also if fake timers replaced the globals meanwhile.
	const initial = { ...platform };
	undo.push(separate(platform, () => ({ ...initial })));
	let renewing = false;
	whenEpochBegins(() => {
		if (renewing) return;
		// A class that one test declares may be a base of what another one calls.
		renewing = true;
		const running = currentScope();
		for (const scope of openScopes()) if (scope !== running) runInScope(scope, renewEpoch);
		renewing = false;
	});
	return () => {
		stop();
		whenEpochBegins(undefined);
		for (const step of undo) step();
	};
}

/** Makes each property of a state an accessor of the running scope's value. Returns a function that undoes it. */
function separate(state: object, create: () => object): () => void {
	const base: Record<string, unknown> = { ...state };
	const own = () => {
		const scope = currentScope();
		return scope === undefined ? base : (scope.stateOf(state, create) as Record<string, unknown>);
	};
	for (const key of Object.keys(state)) {
		Object.defineProperty(state, key, {
			configurable: true,
			enumerable: true,
			get: () => own()[key],
			set: (value: unknown) => {
				own()[key] = value;
			},
		});
	}
	return () => {
		for (const key of Object.keys(state)) {
			const value = base[key];
			Object.defineProperty(state, key, { configurable: true, enumerable: true, writable: true, value });
		}
	};
}
