import { type Context, createContextKey } from '@opentelemetry/api';
import { activeContext, runInContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import type { LiveInvocation } from './advice.js';
import { type AttributeRecord, checkedAttributes, type DeclaredAttributes } from './attributes.js';
import { invocationOf } from './context.js';

/** The attributes that `propagate(attributes, fn)` was called with, in the contexts of its function. */
interface PropagatedScope {
	readonly attributes: AttributeRecord;
	/** The innermost invocation around the call of `propagate`; undefined outside of all. */
	readonly at: LiveInvocation | undefined;
	/** The scope around it; undefined for the outermost. */
	readonly outer: PropagatedScope | undefined;
}

const SCOPE = createContextKey('agentese-otel.propagated');

/** Whether attributes were ever propagated in this process. Until then, a span that starts costs one property read. */
const state = processState('invocation/propagated', () => ({ used: false }));

/** Returns true if attributes were ever propagated in this process. */
export function propagatesAttributes(): boolean {
	return state.used;
}

/** Makes `propagatesAttributes` return true. Call it before attributes are propagated. */
export function beginPropagation(): void {
	state.used = true;
}

/**
 * Runs a function, and writes attributes on every span that starts in it, at any depth of awaits: those of invocations,
 * and those of all libraries if {@linkcode invocationSpanProcessor} runs, as it does under `startTelemetry`. The keys,
 * their number and the values are bounded as those of `Invocation.set`. An attribute that an inner call propagates, or
 * that a span sets itself, wins. Nothing leaves the process.
 *
 * @param attributes - attributes by their keys
 * @param fn - the function to run
 * @returns what `fn` returns
 * @throws TypeError if `fn` is no function
 * @throws what `fn` throws, unchanged
 *
 * @example
 * ```ts
 * import { propagate, traceInvocation } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * const ask = () => traceInvocation('self.soul.ask', () => 'hello');
 * propagate({ 'app.request': 'r-7' }, () => [ask(), ask()]); // => ['hello', 'hello']
 * telemetry.stats().spans.created; // => 2
 * ```
 */
export function propagate<T>(attributes: AttributeRecord & Partial<DeclaredAttributes>, fn: () => T): T {
	if (typeof fn !== 'function') {
		throw new TypeError(`propagate() needs a function as its last argument, which it runs; it got ${typeof fn}.`);
	}
	return runInContext(withPropagated(activeContext(), attributes), fn, undefined, []);
}

/** Returns the context in which these attributes are written on each span that starts. Never throws. */
function withPropagated(ctx: Context, record: AttributeRecord): Context {
	beginPropagation();
	try {
		const attributes = checkedAttributes('propagate', record, new Set());
		const outer = ctx.getValue(SCOPE) as PropagatedScope | undefined;
		return ctx.setValue(SCOPE, { attributes, at: invocationOf(ctx), outer } satisfies PropagatedScope);
	} catch (error) {
		warnOnce('attributes.propagate', 'the attributes that propagate() got could not be read.', error);
		return ctx;
	}
}

/** The most attributes that are propagated to one span. */
const MAX_PROPAGATED = 64;

/**
 * Returns the attributes that are propagated to a span that starts in a context, not redacted; up to 64, the innermost
 * first. The innermost scope or invocation that propagates a key sets its value. Empty if there are none.
 */
export function propagatedTo(ctx: Context): Record<string, unknown> {
	const attributes = new Map<string, unknown>();
	const add = (record: AttributeRecord): void => {
		for (const [key, value] of Object.entries(record)) {
			if (attributes.size < MAX_PROPAGATED && !attributes.has(key)) attributes.set(key, value);
		}
	};
	let scope = ctx.getValue(SCOPE) as PropagatedScope | undefined;
	for (let at = invocationOf(ctx); at !== undefined; at = at.parent) {
		for (; scope !== undefined && scope.at === at; scope = scope.outer) add(scope.attributes);
		const own = at.additions?.propagated;
		if (own !== undefined) add(own);
	}
	for (; scope !== undefined; scope = scope.outer) add(scope.attributes);
	return Object.fromEntries(attributes);
}
