import { type Baggage, type Context, propagation } from '@opentelemetry/api';
import { type Observer, readObserver } from '../agentese/observers/observer.js';
import { ABSENT_OBSERVER, observerAttribute } from '../agentese/observers/observer-attributes.js';
import { redactValue } from '../redaction/settings.js';
import { activeContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import type { InvocationView } from './advice.js';
import { tracingSettings } from './settings.js';

/**
 * Writes the observer's attributes that the `baggage` setting lists into the baggage of an invocation's context, so
 * that OpenTelemetry's propagator sends them with requests that are made inside it. Listed attributes that this
 * observer does not have are removed, so that those of an enclosing observer or of an incoming request are not sent as
 * its own. Never throws.
 */
export function writeObserverBaggage(invocation: InvocationView): void {
	const { baggage: keys } = tracingSettings();
	if (keys.length === 0) return;
	try {
		const { observer, context } = invocation;
		if (observer === ABSENT_OBSERVER) return;
		const former = propagation.getBaggage(context);
		let baggage: Baggage | undefined = former;
		for (const key of keys) {
			const attribute = observerAttribute(observer, key);
			const value = attribute === undefined ? undefined : wellFormed(redactValue(key, attribute));
			if (value === baggage?.getEntry(key)?.value) continue;
			baggage ??= propagation.createBaggage();
			baggage = value === undefined ? baggage.removeEntry(key) : baggage.setEntry(key, { value });
		}
		if (baggage !== undefined && baggage !== former) invocation.context = propagation.setBaggage(context, baggage);
	} catch (error) {
		warnOnce('observers.baggage', 'the observer could not be written into baggage.', error);
	}
}

/**
 * Reads an observer from the baggage of a context: from `agentese.observer`, `agentese.archetype`, `agentese.session`
 * and `agentese.tenant`, each cut at 256 characters. Never throws. Baggage holds what the caller claims and proves
 * nothing: do not authorize by it.
 *
 * @param context - the context of an incoming request. @default the active context
 * @returns a frozen observer; undefined if the baggage has none of the four entries
 *
 * @example
 * ```ts
 * const umwelt = observerFromBaggage() ?? null;
 * ```
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

/**
 * Replaces lone surrogates. They cannot be percent-encoded: the propagator would throw into the application's request.
 */
function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
