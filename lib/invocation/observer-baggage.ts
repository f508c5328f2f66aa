import { type Baggage, type Context, propagation } from '@opentelemetry/api';
import { type Observer, readObserver } from '../agentese/observers/observer.js';
import { ABSENT_OBSERVER, observerAttribute } from '../agentese/observers/observer-attributes.js';
import { redactValue } from '../redaction/settings.js';
import { activeContext } from '../runtime/active-context.js';
import { warnOnce } from '../runtime/log-once.js';
import {
	ATTR_AGENTESE_ARCHETYPE,
	ATTR_AGENTESE_OBSERVER,
	ATTR_AGENTESE_TENANT,
	ATTR_SESSION_ID,
} from '../runtime/names.generated.js';
import type { Invocation } from './advice.js';
import { tracingSettings } from './settings.js';

/**
 * Writes the observer's attributes that the `baggage` setting lists into the baggage of an invocation's context, so
 * that OpenTelemetry's propagator sends them with requests that are made inside it. Never throws.
 */
export function writeObserverBaggage(invocation: Invocation): void {
	if (tracingSettings().baggage.length === 0) return;
	const { otelContext } = invocation;
	const changed = withObserverBaggage(otelContext, invocation.observer);
	if (changed !== otelContext) invocation.otelContext = changed;
}

/**
 * Returns a context whose baggage has the attributes of an observer that the `baggage` setting lists; the same context
 * if nothing changes. Listed attributes that this observer does not have are removed, so that those of an enclosing
 * observer or of an incoming request are not sent as its own. Never throws.
 */
export function withObserverBaggage(context: Context, observer: Observer): Context {
	const { baggage: keys } = tracingSettings();
	if (keys.length === 0 || observer === ABSENT_OBSERVER) return context;
	try {
		const former = propagation.getBaggage(context);
		let baggage: Baggage | undefined = former;
		for (const key of keys) {
			const attribute = observerAttribute(observer, key);
			const value = attribute === undefined ? undefined : wellFormed(redactValue(key, attribute));
			if (value === baggage?.getEntry(key)?.value) continue;
			baggage ??= propagation.createBaggage();
			baggage = value === undefined ? baggage.removeEntry(key) : baggage.setEntry(key, { value });
		}
		if (baggage !== undefined && baggage !== former) return propagation.setBaggage(context, baggage);
	} catch (error) {
		warnOnce('observers.baggage', 'the observer could not be written into baggage.', error);
	}
	return context;
}

/**
 * Reads an observer from the baggage of a context: from `agentese.observer`, `agentese.archetype`, `session.id`
 * and `agentese.tenant`, each cut at 256 characters. Never throws. Baggage holds what the caller claims and proves
 * nothing: do not authorize by it.
 *
 * @param context - the context of an incoming request. @default the active context
 * @returns a frozen observer; undefined if the baggage has none of the four entries
 *
 * @example
 * ```ts
 * import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';
 * import { observerFromBaggage } from 'agentese-otel';
 *
 * const baggage = propagation.createBaggage({ 'agentese.observer': { value: 'kent' } });
 * observerFromBaggage(propagation.setBaggage(ROOT_CONTEXT, baggage)); // => { id: 'kent', archetype: 'guest' }
 * observerFromBaggage(ROOT_CONTEXT); // => undefined
 * ```
 */
export function observerFromBaggage(context: Context = activeContext()): Observer | undefined {
	try {
		const baggage = propagation.getBaggage(context);
		if (baggage === undefined) return undefined;
		return readObserver({
			id: baggage.getEntry(ATTR_AGENTESE_OBSERVER)?.value,
			archetype: baggage.getEntry(ATTR_AGENTESE_ARCHETYPE)?.value,
			sessionId: baggage.getEntry(ATTR_SESSION_ID)?.value,
			tenantId: baggage.getEntry(ATTR_AGENTESE_TENANT)?.value,
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
