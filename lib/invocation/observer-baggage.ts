import { type Baggage, type Context, propagation } from '@opentelemetry/api';
import { type Observer, readObserver } from '../agentese/observers/observer.js';
import { attributeOf, NOBODY } from '../agentese/observers/observer-attributes.js';
import { sentValue } from '../redaction/settings.js';
import { activeContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import type { InvocationView } from './advice.js';
import { tracingSettings } from './settings.js';

/**
 * Puts the facts of who asks that the settings list into the baggage of the context inside an invocation, so that
 * OpenTelemetry's propagator sends them with requests that are made there. A listed fact is this observer's or is not
 * there: one that an enclosing observer or an incoming request left is taken out. Never throws.
 */
export function exportObserver(invocation: InvocationView): void {
	const { baggage: keys } = tracingSettings();
	if (keys.length === 0) return;
	try {
		const { observer, context } = invocation;
		if (observer === NOBODY) return;
		const former = propagation.getBaggage(context);
		let baggage: Baggage | undefined = former;
		for (const key of keys) {
			const fact = attributeOf(observer, key);
			const value = fact === undefined ? undefined : wellFormed(sentValue(key, fact));
			if (value === baggage?.getEntry(key)?.value) continue;
			baggage ??= propagation.createBaggage();
			baggage = value === undefined ? baggage.removeEntry(key) : baggage.setEntry(key, { value });
		}
		if (baggage !== undefined && baggage !== former) invocation.context = propagation.setBaggage(context, baggage);
	} catch (error) {
		warnOnce('observers.baggage', 'who asks could not be put into baggage.', error);
	}
}

/**
 * Reads who asks from the baggage of a context: `agentese.observer`, `agentese.archetype`, `agentese.session` and
 * `agentese.tenant`, each cut at 256 characters. Never throws. This says who the caller claims to be, and proves nothing.
 *
 * @param context - that of an incoming request. @default the active one
 * @returns undefined where none of them is there
 */
export function observerFromBaggage(context: Context = activeContext()): Observer | undefined {
	try {
		const baggage = propagation.getBaggage(context);
		if (baggage === undefined) return undefined;
		return readObserver({
			id: baggage.getEntry('agentese.observer')?.value,
			archetype: baggage.getEntry('agentese.archetype')?.value,
			sessionId: baggage.getEntry('agentese.session')?.value,
			tenantId: baggage.getEntry('agentese.tenant')?.value,
		});
	} catch {
		return undefined;
	}
}

/** Half of a surrogate pair cannot be percent-encoded: the propagator would throw into the application's request. */
function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
