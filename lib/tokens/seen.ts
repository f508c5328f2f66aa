import { type Context, trace } from '@opentelemetry/api';
import { isOurs, type StartedSpan } from '../observers/wear.js';
import { sayOnce } from '../runtime/say.js';
import { shared } from '../runtime/shared.js';
import type { LiveInvocation } from '../weaving/advice.js';
import { invocationOf } from '../weaving/context.js';
import { credit, ownerOf } from './credit.js';
import { isMetered } from './model-call.js';
import { usageOnSpan } from './span-usage.js';
import { checkUsage } from './usage.js';

/** What is known of a span that is not over. */
interface Sight {
	/** The invocation in which it was made. */
	readonly invocation: LiveInvocation | undefined;
	/** The spans around it, up to that of its invocation. */
	readonly around: Sight | undefined;
	/** True below a metered client, which counts the call itself. */
	readonly metered: boolean;
	/** True once its usage was credited. */
	credited: boolean;
	/** True once that of a span inside of it was: what it carries is that same call, or the sum of several. */
	covered: boolean;
}

const state = shared('tokens/seen', () => ({
	sights: new WeakMap<object, Sight>(),
	/** The invocations whose model calls have spans that carry usage. */
	carried: new WeakSet<LiveInvocation>(),
}));

/** Remembers in which invocation a span began, whoever made it. Never throws. */
export function seenAtStart(span: object, parentContext: Context): void {
	const invocation = invocationOf(parentContext);
	const parent = trace.getSpan(parentContext);
	const outer = parent === undefined ? undefined : state.sights.get(parent);
	state.sights.set(span, {
		invocation,
		around: outer !== undefined && ownerOf(outer.invocation) === ownerOf(invocation) ? outer : undefined,
		metered: isMetered(parentContext, invocation),
		credited: false,
		covered: false,
	});
}

/**
 * Credits the usage that a span carries to the invocation in which it began. Where spans are nested, and no invocation
 * lies between, the inner one counts: the outer one carries the same call, or the sum. Never throws.
 */
export function seenAtEnd(span: Pick<StartedSpan, 'attributes' | 'instrumentationScope'>): void {
	try {
		const sight = state.sights.get(span);
		if (sight === undefined || isOurs(span)) return;
		const usage = checkUsage(usageOnSpan(span.attributes));
		if (usage === undefined) return;
		const owner = ownerOf(sight.invocation);
		if (owner !== undefined) state.carried.add(owner);
		if (sight.metered || sight.covered || sight.credited || isPartOfCredited(sight)) return;
		sight.credited = true;
		for (let outer = sight.around; outer !== undefined; outer = outer.around) outer.covered = true;
		credit(sight.invocation, usage, 'seen');
	} catch (error) {
		sayOnce('tokens.seen', 'the usage on a span could not be read.', error);
	}
}

/** True where a span around it was credited, which was over before it. */
function isPartOfCredited(sight: Sight): boolean {
	for (let outer = sight.around; outer !== undefined; outer = outer.around) if (outer.credited) return true;
	return false;
}

/** True where a span that has ended carries usage of this invocation's own calls, whoever counts them. */
export function carriedBySpans(invocation: object): boolean {
	return state.carried.has(invocation as LiveInvocation);
}
