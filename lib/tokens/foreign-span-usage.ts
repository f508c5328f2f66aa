import type { Context } from '@opentelemetry/api';
import type { LiveInvocation } from '../invocation/advice.js';
import { invocationOf } from '../invocation/context.js';
import { isOurs, isOwn, type StartedSpan } from '../invocation/observer-stamp.js';
import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import { checkUsage } from '../usage/accounting/usage.js';
import { usageOnSpan } from '../usage/formats/span-attributes.js';
import { attributeUsage, ownerOf } from './attribution/attribute-usage.js';
import { isFirstReport, observedSpan, observeSpan } from './attribution/span-nesting.js';
import { isMetered } from './model-calls/model-call.js';

/** The invocations whose model calls have spans that carry usage. */
const carried = processState('tokens/foreign-span-usage', () => new WeakSet<LiveInvocation>());

/** Remembers in which invocation a span began, whoever made it. Never throws. */
export function onForeignSpanStart(span: StartedSpan, parentContext: Context): void {
	const invocation = invocationOf(parentContext);
	// The span of an invocation with a path stands between what is inside and what is around, as if it were not there; to
	// remember it in a WeakMap cost more than to make it.
	if (invocation !== undefined && isOwn(span, invocation)) return;
	observeSpan(span, parentContext, isMetered(parentContext, invocation));
}

/**
 * Credits the usage that a span carries to the invocation in which it began. Where spans are nested, and no invocation
 * lies between, the inner one counts: the outer one carries the same call, or the sum. So it is around a call of a metered
 * client. Never throws.
 */
export function onForeignSpanEnd(span: Pick<StartedSpan, 'attributes' | 'instrumentationScope'>): void {
	try {
		const sight = observedSpan(span);
		if (sight === undefined || isOurs(span)) return;
		const usage = checkUsage(usageOnSpan(span.attributes));
		// Some write 0 where their client told them nothing; a span around may know.
		if (usage === undefined || usage.in + usage.out === 0) return;
		const owner = ownerOf(sight.invocation);
		if (owner !== undefined) carried.add(owner);
		if (sight.metered || sight.covered || sight.attributed || !isFirstReport(sight.enclosing)) return;
		sight.attributed = true;
		attributeUsage(sight.invocation, usage, 'seen');
	} catch (error) {
		warnOnce('tokens.seen', 'the usage on a span could not be read.', error);
	}
}

/** True where a span that has ended carries usage of this invocation's own calls, whoever counts them. */
export function isReportedBySpans(invocation: object): boolean {
	return carried.has(invocation as LiveInvocation);
}
