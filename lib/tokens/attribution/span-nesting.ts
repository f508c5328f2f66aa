import { type Context, trace } from '@opentelemetry/api';
import type { LiveInvocation } from '../../invocation/advice.js';
import { invocationOf } from '../../invocation/context.js';
import { processState } from '../../runtime/process-state.js';
import { ownerOf } from './owner.js';

/** What is remembered of a recorded span that reports a model call, or encloses one that does. */
export interface ObservedSpan {
	/** The invocation in which the span started. */
	readonly invocation: LiveInvocation | undefined;
	/** The next span around it; undefined if an invocation lies between, or if it is the outermost. */
	readonly enclosing: ObservedSpan | undefined;
	/** True below a client of `meterModel`, which reports the call itself. */
	readonly metered: boolean;
	/** True once the usage on this span was attributed. */
	attributed: boolean;
	/**
	 * True once a call inside of this span was reported. The usage on this span is then that of the same call, or the
	 * sum of several such calls, and is not attributed.
	 */
	covered: boolean;
}

const observedSpans = processState('tokens/span-nesting', () => new WeakMap<object, ObservedSpan>());

/**
 * Remembers a span that starts in `parentContext`.
 *
 * @param metered - whether it starts inside a client of `meterModel`
 */
export function observeSpan(span: object, parentContext: Context, metered: boolean): void {
	observedSpans.set(span, {
		invocation: invocationOf(parentContext),
		enclosing: enclosingSpan(parentContext),
		metered,
		attributed: false,
		covered: false,
	});
}

/** Returns what is remembered of a span; undefined if `observeSpan()` was not called with it. */
export function observedSpan(span: object): ObservedSpan | undefined {
	return observedSpans.get(span);
}

/**
 * Returns the observed span that is active in a context; undefined if there is none, or if an invocation with a path
 * began between that span and the context.
 */
export function enclosingSpan(context: Context): ObservedSpan | undefined {
	const span = trace.getSpan(context);
	const observed = span === undefined ? undefined : observedSpans.get(span);
	if (observed === undefined) return undefined;
	return ownerOf(observed.invocation) === ownerOf(invocationOf(context)) ? observed : undefined;
}

/**
 * Marks the spans around a reported call as covered.
 *
 * @param innermost - the span next to the call; undefined if there is none
 * @returns false, and marks nothing, if the usage of one of these spans was attributed before: it included this call
 */
export function coverEnclosing(innermost: ObservedSpan | undefined): boolean {
	for (let outer = innermost; outer !== undefined; outer = outer.enclosing) if (outer.attributed) return false;
	for (let outer = innermost; outer !== undefined; outer = outer.enclosing) outer.covered = true;
	return true;
}
