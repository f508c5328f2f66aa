import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { apply } from './intrinsics.js';
import { processState } from './process-state.js';

/**
 * How a context follows an asynchronous flow: through OpenTelemetry's context manager if one is registered and works,
 * else through a storage of the toolkit, so that `currentInvocation()` works with and without an SDK.
 */
const state = processState('runtime/active-context', () => ({
	storage: new AsyncLocalStorage<Context>(),
	/** True once the storage was entered: before that it costs nothing, after that each `activeContext()` reads it. */
	storageUsed: false,
	/** The context manager that was tried last. */
	manager: undefined as unknown,
	/** The result of that trial. */
	managerWorks: false,
}));

/** The key of the invocation in a context. It is the same in every copy of the toolkit in the process. */
export const INVOCATION = createContextKey('agentese-otel.invocation');

/** The key on `globalThis` under which every copy of OpenTelemetry's API 1.x keeps what was registered. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');

/** The members of that registry which the toolkit reads. */
type Registry = { trace?: unknown; metrics?: unknown; context?: unknown; diag?: unknown; version?: string };

// Reading a property that does not exist costs three times as much as reading one that is undefined, on every call
// while no SDK is registered. The first registration of the API replaces the value (`??=`).
(globalThis as { [REGISTRY]?: Registry | undefined })[REGISTRY] ??= undefined;

/**
 * Returns what is registered with OpenTelemetry's API; undefined if nothing ever was. It is one property read, no call.
 */
export function apiRegistry(): Registry | undefined {
	return (globalThis as { [REGISTRY]?: Registry })[REGISTRY];
}

/**
 * Returns true if the registered context manager works with this copy of the API, which that of an older SDK may not
 * do. Each newly registered manager is tried once, by a value: a manager may make a context active that it has derived from
 * the one that it was given, as Sentry's does.
 */
function managerWorks(): boolean {
	const manager = apiRegistry()?.context;
	if (manager !== state.manager) {
		state.manager = manager;
		const probe = ROOT_CONTEXT.setValue(REGISTRY, true);
		state.managerWorks =
			manager !== undefined && context.with(probe, () => context.active().getValue(REGISTRY) === true);
	}
	return state.managerWorks;
}

/**
 * Returns true if two contexts are of the same invocation. Identity does not decide that: a context manager may make a context
 * active that it has derived from the one that it was given.
 */
export function areOfSameInvocation(a: Context, b: Context): boolean {
	if (a === b) return true;
	const invocation = a.getValue(INVOCATION);
	return invocation !== undefined && invocation === b.getValue(INVOCATION);
}

/** Returns the context of the running code; `ROOT_CONTEXT` outside of any. */
export function activeContext(): Context {
	try {
		if (state.storageUsed) {
			const stored = state.storage.getStore();
			if (stored !== undefined && !managerWorks()) return stored;
		}
		return context.active();
	} catch {
		// A context manager, or what it uses of the language, was replaced by something that throws.
		return ROOT_CONTEXT;
	}
}

/**
 * The arguments of the call that `runInContext` passes to the context manager; undefined once the function runs. By them
 * an error of the manager is distinguished from one of the function.
 */
let awaited: unknown[] | undefined;

/** Calls the function of `runInContext`, in its context. */
function callAwaited<A extends unknown[], R>(fn: (...args: A) => R, self: unknown, args: A): R {
	awaited = undefined;
	return apply(fn, self, args) as R;
}

/**
 * Runs a function with a context as the active one, also for the asynchronous work that it starts.
 *
 * @param self - the `this` of `fn`
 * @returns what `fn` returns
 * @throws what `fn` throws, and nothing else
 */
export function runInContext<A extends unknown[], R>(ctx: Context, fn: (...args: A) => R, self: unknown, args: A): R {
	awaited = args;
	try {
		// `callAwaited` sets the `this` of `fn`, not the manager: given a `this`, `with` creates a bound function at each
		// call, and given undefined, it calls with null.
		if (managerWorks()) {
			return (state.manager as ContextManager).with(ctx, callAwaited<A, R>, undefined, fn, self, args);
		}
		state.storageUsed = true;
		return state.storage.run(ctx, callAwaited<A, R>, fn, self, args);
	} catch (error) {
		if (awaited !== args) throw error;
		// The manager failed before it called the function, which then runs in the context of its caller.
		return callAwaited(fn, self, args);
	}
}
