import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger, LoggerOptions, Meter, MeterOptions, Tracer, TracerOptions } from '@opentelemetry/api';
import { processState } from '../../lib/runtime/process-state.js';

/** The real providers of one test. */
export interface ScopeProviders {
	/** Returns the tracer whose spans the test records. */
	tracer(name: string, version?: string, options?: TracerOptions): Tracer;
	/** Returns the meter whose values the test records. */
	meter(name: string, version?: string, options?: MeterOptions): Meter;
	/** Returns the logger whose records the test records. */
	logger(name: string, version?: string, options?: LoggerOptions): Logger;
}

/** One test: its asynchronous flow, its providers, and its values of the toolkit's state. */
export class Scope {
	/** The scope in whose flow this one was opened. */
	readonly enclosing: Scope | undefined;
	/** True from the end of the start to the stop. */
	isOpen = false;
	/** The providers; undefined until the end of the start. */
	providers: ScopeProviders | undefined;
	readonly #states = new Map<object, object>();

	constructor(enclosing: Scope | undefined) {
		this.enclosing = enclosing;
	}

	/** Returns this scope's value of a state; created at the first call. */
	stateOf<T extends object>(state: T, create: () => object): T {
		let own = this.#states.get(state);
		if (own === undefined) {
			own = create();
			this.#states.set(state, own);
		}
		return own as T;
	}
}

/** Shared by all copies of the package in the process. */
const state = processState('testing/scopes', () => ({
	storage: new AsyncLocalStorage<Scope | undefined>(),
	open: new Set<Scope>(),
}));

/**
 * Returns the scope that receives what the running code records: the innermost open one of its asynchronous flow. A flow
 * that began outside of all scopes (in a hook, a server, a pool) belongs to the only open one; to none if several are
 * open.
 */
export function currentScope(): Scope | undefined {
	for (let scope = state.storage.getStore(); scope !== undefined; scope = scope.enclosing) {
		if (scope.isOpen) return scope;
	}
	if (state.open.size !== 1) return undefined;
	const [only] = state.open;
	return only;
}

/** Returns all open scopes. */
export function openScopes(): ReadonlySet<Scope> {
	return state.open;
}

/** Creates a scope, and makes it that of the running asynchronous flow from now on. It is not open yet. */
export function enterScope(): Scope {
	const scope = new Scope(currentScope());
	state.storage.enterWith(scope);
	return scope;
}

/** Opens a scope: from now on it receives what its flow records. */
export function openScope(scope: Scope): void {
	scope.isOpen = true;
	state.open.add(scope);
}

/** Closes a scope. If the running flow is its own, the flow belongs to the enclosing scope from now on. */
export function closeScope(scope: Scope): void {
	scope.isOpen = false;
	state.open.delete(scope);
	if (state.storage.getStore() === scope) state.storage.enterWith(scope.enclosing);
}

/** Calls a function in the flow of a scope, with all asynchronous work that it starts. Returns what it returns. */
export function runInScope<T>(scope: Scope, fn: () => T): T {
	return state.storage.run(scope, fn);
}
