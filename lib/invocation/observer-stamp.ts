import type { Attributes, Context, Span } from '@opentelemetry/api';
import { ABSENT_OBSERVER, OBSERVER_KEYS, observerAttribute } from '../agentese/observers/observer-attributes.js';
import { redactValueAtWrite } from '../redaction/settings.js';
import { warnOnce } from '../runtime/log-once.js';
import { SCOPE } from '../runtime/version.js';
import type { LiveInvocation } from './advice.js';
import { invocationOf } from './context.js';

/** A span of any version of OpenTelemetry's SDK, as span processors receive it. */
export interface StartedSpan extends Span {
	readonly attributes: Readonly<Attributes>;
	/** Set by SDK 2.x and later. */
	readonly instrumentationScope?: { readonly name: string };
	/** Set by SDK 1.x. */
	readonly instrumentationLibrary?: { readonly name: string };
}

/**
 * Writes the observer, the session and the tenant of the innermost invocation of its parent context on a span that
 * starts, even if that invocation has ended. A span with an `agentese.observer` attribute keeps it. The span of an
 * invocation itself is left out, because its advice writes them. Never throws.
 */
export function stampObserver(span: StartedSpan, parentContext: Context): void {
	try {
		const invocation = invocationOf(parentContext);
		if (invocation === undefined) return;
		if (isInvocationSpan(span, invocation) || 'agentese.observer' in span.attributes) return;
		const { observer } = invocation;
		if (observer === ABSENT_OBSERVER) return;
		for (const key of OBSERVER_KEYS) {
			const value = observerAttribute(observer, key);
			if (value !== undefined) span.setAttribute(key, redactValueAtWrite(key, value));
		}
	} catch (error) {
		warnOnce('observers.wear', 'the observer could not be written on a span below an invocation.', error);
	}
}

/**
 * True for the span of the invocation itself: the toolkit starts it in the invocation's context before the method runs.
 */
export function isInvocationSpan(span: Partial<StartedSpan>, { entered, point }: LiveInvocation): boolean {
	return entered === false && point.template !== undefined && isToolkitSpan(span);
}

/** True if the toolkit created the span. */
export function isToolkitSpan({ instrumentationScope, instrumentationLibrary }: Partial<StartedSpan>): boolean {
	return (instrumentationScope ?? instrumentationLibrary)?.name === SCOPE;
}
