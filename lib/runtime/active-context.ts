import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api';
import { processState } from './process-state.js';

/**
 * How a context is carried along an asynchronous flow: by OpenTelemetry's context manager where one is registered,
 * else by a storage of our own, so that `currentInvocation()` works with or without an SDK.
 */
const own = processState('runtime/active-context', () => ({
	storage: new AsyncLocalStorage<Context>(),
	/** An AsyncLocalStorage that was never entered costs nothing; one that was is asked on every look. */
	used: false,
	manager: undefined as unknown,
	managerWorks: false,
}));

/** The registry in which every copy of OpenTelemetry's API 1.x keeps what was registered. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');
type Registry = { trace?: unknown; metrics?: unknown; context?: unknown };

// To look up what is not there costs three times as much as to find undefined, on every call while no SDK is registered.
// The API's own first registration replaces it (`??=`).
(globalThis as { [REGISTRY]?: Registry | undefined })[REGISTRY] ??= undefined;

/** What is registered with OpenTelemetry at this moment; reading it is one property look-up and no call. */
export function registered(): Registry | undefined {
	return (globalThis as { [REGISTRY]?: Registry })[REGISTRY];
}

/** A context manager may be registered and still not reach this copy of the API (an older SDK): so it is tried once. */
function managerWorks(): boolean {
	const manager = registered()?.context;
	if (manager !== own.manager) {
		own.manager = manager;
		const probe = ROOT_CONTEXT.setValue(REGISTRY, true);
		own.managerWorks = manager !== undefined && context.with(probe, () => context.active() === probe);
	}
	return own.managerWorks;
}

/** The context of the running code. */
export function activeContext(): Context {
	if (own.used) {
		const mine = own.storage.getStore();
		if (mine !== undefined && !managerWorks()) return mine;
	}
	return context.active();
}

/** Runs `fn` with `self` and `args` inside `ctx`, and answers or throws what it does. */
export function runInContext<A extends unknown[], R>(ctx: Context, fn: (...args: A) => R, self: unknown, args: A): R {
	// Without a `this` for `with`: given one it binds at each call, and given undefined it calls with null.
	if (managerWorks()) {
		return (own.manager as ContextManager).with(ctx, Reflect.apply<unknown, A, R>, undefined, fn, self, args);
	}
	own.used = true;
	return own.storage.run(ctx, Reflect.apply<unknown, A, R>, fn, self, args);
}
