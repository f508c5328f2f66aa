import { type Context, createContextKey } from '@opentelemetry/api';
import { type Observer, readObserver } from '../agentese/observers/observer.js';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { warnFault, warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import type { LiveInvocation } from './advice.js';
import { invocationOf } from './context.js';
import { withObserverBaggage } from './observer-baggage.js';

/** The observer that `withObserver` set, in the contexts of its function. */
interface ObserverScope {
	readonly observer: Observer;
	/** The innermost invocation around the call of `withObserver`; undefined outside of all. */
	readonly at: LiveInvocation | undefined;
}

const SCOPE = createContextKey('agentese-otel.observer');

/** Whether `withObserver` was ever called in this process. Until then no context is searched for its observer. */
const state = processState('invocation/observer-scope', () => ({ used: false }));

/**
 * Returns the observer that `withObserver` set between an invocation and what runs in a context; undefined if it was not
 * called there.
 *
 * @param enclosing - the innermost invocation around the context; undefined outside of all
 */
export function scopedObserver(ctx: Context, enclosing: LiveInvocation | undefined): Observer | undefined {
	if (!state.used) return undefined;
	const scope = ctx.getValue(SCOPE) as ObserverScope | undefined;
	return scope !== undefined && scope.at === enclosing ? scope.observer : undefined;
}

/**
 * Runs a function with an observer: every invocation below it that is given none has this one, at any depth of awaits,
 * and so have the spans of all libraries if {@linkcode invocationSpanProcessor} runs. Calls nest: the innermost
 * observer wins, and an observer that is passed to an invocation itself wins over both. If the configuration lists the
 * observer's attributes for baggage, requests below send them.
 *
 * @param observer - an umwelt in any of AGENTESE's shapes; null is the guest, undefined leaves the enclosing observer.
 * Anything else that names no observer does the same, and is logged once
 * @param fn - the function to run
 * @returns what `fn` returns
 * @throws TypeError if `fn` is no function
 * @throws what `fn` throws, unchanged
 *
 * @example
 * ```ts
 * import { traceInvocation, withObserver } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * const greet = () => traceInvocation('self.soul.greet', ({ observer }) => `hello ${observer.id}`);
 * withObserver({ id: 'kent' }, greet); // => 'hello kent'
 * greet(); // => 'hello anonymous'
 * ```
 */
export function withObserver<T>(observer: unknown, fn: () => T): T {
	if (typeof fn !== 'function') {
		throw new TypeError(`withObserver() needs a function as its last argument, which it runs; it got ${typeof fn}.`);
	}
	const ctx = contextWith(observer);
	return ctx === undefined ? fn() : runInContext(ctx, fn, undefined, []);
}

/** Returns the context with an observer; undefined if there is none in the value, or if it cannot be set. Never throws. */
function contextWith(observer: unknown): Context | undefined {
	try {
		const read = readObserver(observer);
		if (read === undefined) {
			if (observer !== undefined) {
				warnOnce(
					'observers.scope',
					`withObserver() accepts an object with id, archetype or dna, null or undefined; it got ${typeof observer} without an observer, and the enclosing observer stays.`,
				);
			}
			return undefined;
		}
		state.used = true;
		const base = activeContext();
		const ctx = base.setValue(SCOPE, { observer: read, at: invocationOf(base) } satisfies ObserverScope);
		return withObserverBaggage(ctx, read);
	} catch (error) {
		warnFault('Setting the observer of withObserver()', error);
		return undefined;
	}
}
