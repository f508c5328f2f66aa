import type { Context } from '@opentelemetry/api';
import type { LiveInvocation } from '../invocation/advice.js';
import { invocationOf } from '../invocation/context.js';
import { isInvocationSpan, isToolkitSpan, type StartedSpan } from '../invocation/observer-stamp.js';
import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { checkUsage } from '../usage/accounting/usage.js';
import { usageOnSpan } from '../usage/formats/span-attributes.js';
import { attributeUsage } from './attribution/attribute-usage.js';
import { ownerOf } from './attribution/owner.js';
import { coverEnclosing, observedSpan, observeSpan } from './attribution/span-nesting.js';
import { isMetered } from './model-calls/model-call.js';

/** The invocations for which an ended span carried usage. */
const reportedBySpans = processState('tokens/foreign-span-usage', () => new WeakSet<LiveInvocation>());

/**
 * Remembers in which invocation a span started, whatever instrumentation started it. The span of an invocation itself
 * is left out. Never throws.
 */
export function onForeignSpanStart(span: StartedSpan, parentContext: Context): void {
	const invocation = invocationOf(parentContext);
	// The nesting of spans ends at the span of an invocation in any case. An entry in the WeakMap would cost more than
	// the creation of that span.
	if (invocation !== undefined && isInvocationSpan(span, invocation)) return;
	observeSpan(span, parentContext, isMetered(parentContext, invocation));
}

/**
 * Attributes the usage on an ended span to the invocation in which the span started. If spans are nested without an
 * invocation between them, the inner one counts, because the outer one carries the usage of the same call or the sum.
 * For the same reason a span around or inside a call of a `meterModel` client does not count. Never throws.
 */
export function onForeignSpanEnd(span: Pick<StartedSpan, 'attributes' | 'instrumentationScope'>): void {
	try {
		const observed = observedSpan(span);
		if (observed === undefined || isToolkitSpan(span)) return;
		const usage = checkUsage(usageOnSpan(span.attributes));
		// Some instrumentations write 0 if their client reported nothing; an enclosing span may have the numbers.
		if (usage === undefined || usage.input + usage.output === 0) return;
		const owner = ownerOf(observed.invocation);
		if (owner !== undefined) reportedBySpans.add(owner);
		if (observed.metered || observed.covered || observed.attributed || !coverEnclosing(observed.enclosing)) return;
		observed.attributed = true;
		attributeUsage(observed.invocation, usage, 'span');
	} catch (error) {
		warnOnce('tokens.seen', 'the usage on a span could not be read.', error);
	}
}

/** Returns whether an ended span carried usage of this invocation's own calls, whichever source they count for. */
export function isReportedBySpans(invocation: object): boolean {
	return reportedBySpans.has(invocation as LiveInvocation);
}
