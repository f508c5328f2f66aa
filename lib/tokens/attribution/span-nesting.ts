import { type Context, trace } from '@opentelemetry/api';
import type { LiveInvocation } from '../../invocation/advice.js';
import { invocationOf } from '../../invocation/context.js';
import { processState } from '../../runtime/process-state.js';
import { ownerOf } from './attribute-usage.js';

/** What is known of a span that is recorded: one that reports a model call, or stands around who does. */
export interface ObservedSpan {
	/** The invocation in which it was made. */
	readonly invocation: LiveInvocation | undefined;
	/** The spans around it, up to that of its invocation. */
	readonly enclosing: ObservedSpan | undefined;
	/** True below a metered client, which counts the call itself. */
	readonly metered: boolean;
	/** True once its usage was credited. */
	attributed: boolean;
	/** True once that of a call inside of it was: what it carries is that same call, or the sum of several. */
	covered: boolean;
}

const observed = processState('tokens/span-nesting', () => new WeakMap<object, ObservedSpan>());

/** Remembers a span that began in this context. */
export function observeSpan(span: object, parentContext: Context, metered: boolean): void {
	observed.set(span, {
		invocation: invocationOf(parentContext),
		enclosing: enclosingSpan(parentContext),
		metered,
		attributed: false,
		covered: false,
	});
}

/** What is known of a span. */
export function observedSpan(span: object): ObservedSpan | undefined {
	return observed.get(span);
}

/** The span around a place, unless an invocation began between them. */
export function enclosingSpan(context: Context): ObservedSpan | undefined {
	const span = trace.getSpan(context);
	const sight = span === undefined ? undefined : observed.get(span);
	if (sight === undefined) return undefined;
	return ownerOf(sight.invocation) === ownerOf(invocationOf(context)) ? sight : undefined;
}

/**
 * Takes a call that is reported inside of some spans; answers false where one of them was over before, and its usage
 * credited. The usage of the others is this same call, or the sum of several, and counts no more.
 */
export function isFirstReport(innermost: ObservedSpan | undefined): boolean {
	for (let outer = innermost; outer !== undefined; outer = outer.enclosing) if (outer.attributed) return false;
	for (let outer = innermost; outer !== undefined; outer = outer.enclosing) outer.covered = true;
	return true;
}
