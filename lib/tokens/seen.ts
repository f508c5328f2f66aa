import type { Context } from '@opentelemetry/api';
import { isOurs, isOwn, type StartedSpan } from '../observers/wear.js';
import { sayOnce } from '../runtime/say.js';
import { shared } from '../runtime/shared.js';
import type { LiveInvocation } from '../weaving/advice.js';
import { invocationOf } from '../weaving/context.js';
import { credit, ownerOf } from './credit.js';
import { isMetered } from './model-call.js';
import { beginSight, isFirstWithin, sightOf } from './sights.js';
import { usageOnSpan } from './span-usage.js';
import { checkUsage } from './usage.js';

/** The invocations whose model calls have spans that carry usage. */
const carried = shared('tokens/carried', () => new WeakSet<LiveInvocation>());

/** Remembers in which invocation a span began, whoever made it. Never throws. */
export function seenAtStart(span: StartedSpan, parentContext: Context): void {
	const invocation = invocationOf(parentContext);
	// The span of an invocation with a path stands between what is inside and what is around, as if it were not there; to
	// remember it in a WeakMap cost more than to make it.
	if (invocation !== undefined && isOwn(span, invocation)) return;
	beginSight(span, parentContext, isMetered(parentContext, invocation));
}

/**
 * Credits the usage that a span carries to the invocation in which it began. Where spans are nested, and no invocation
 * lies between, the inner one counts: the outer one carries the same call, or the sum. So it is around a call of a metered
 * client. Never throws.
 */
export function seenAtEnd(span: Pick<StartedSpan, 'attributes' | 'instrumentationScope'>): void {
	try {
		const sight = sightOf(span);
		if (sight === undefined || isOurs(span)) return;
		const usage = checkUsage(usageOnSpan(span.attributes));
		// Some write 0 where their client told them nothing; a span around may know.
		if (usage === undefined || usage.in + usage.out === 0) return;
		const owner = ownerOf(sight.invocation);
		if (owner !== undefined) carried.add(owner);
		if (sight.metered || sight.covered || sight.credited || !isFirstWithin(sight.around)) return;
		sight.credited = true;
		credit(sight.invocation, usage, 'seen');
	} catch (error) {
		sayOnce('tokens.seen', 'the usage on a span could not be read.', error);
	}
}

/** True where a span that has ended carries usage of this invocation's own calls, whoever counts them. */
export function carriedBySpans(invocation: object): boolean {
	return carried.has(invocation as LiveInvocation);
}
