import type { Attributes, Context, Span } from '@opentelemetry/api';
import { ABSENT_OBSERVER, OBSERVER_KEYS, observerAttribute } from '../agentese/observers/observer-attributes.js';
import { redactValueAtWrite } from '../redaction/settings.js';
import { warnOnce } from '../runtime/log-once.js';
import { ATTR_AGENTESE_OBSERVER, ATTR_SESSION_ID } from '../runtime/names.generated.js';
import { SCOPE } from '../runtime/version.js';
import type { LiveInvocation } from './advice.js';
import { invocationOf } from './context.js';
import { scopedObserver } from './observer-scope.js';

/** A span of any version of OpenTelemetry's SDK, as span processors receive it. */
export interface StartedSpan extends Span {
	readonly attributes: Readonly<Attributes>;
	/** Set by SDK 2.x and later. */
	readonly instrumentationScope?: { readonly name: string };
	/** Set by SDK 1.x. */
	readonly instrumentationLibrary?: { readonly name: string };
}

/**
 * Writes the observer, the session and the tenant of its parent context on a span that starts: those of the innermost
 * invocation, even if that has ended, or of `withObserver`, whichever is nearer. A span with an `agentese.observer`
 * attribute keeps it, and one with a `session.id` keeps that. The span of an invocation itself is left out, because its
 * advice writes them. Never throws.
 */
export function stampObserver(span: StartedSpan, parentContext: Context): void {
	try {
		const invocation = invocationOf(parentContext);
		const scoped = scopedObserver(parentContext, invocation);
		if (invocation === undefined ? scoped === undefined : isInvocationSpan(span, invocation)) return;
		if (ATTR_AGENTESE_OBSERVER in span.attributes) return;
		const observer = scoped ?? invocation?.observer;
		if (observer === undefined || observer === ABSENT_OBSERVER) return;
		for (const key of OBSERVER_KEYS) {
			const value = observerAttribute(observer, key);
			if (value === undefined || (key === ATTR_SESSION_ID && key in span.attributes)) continue;
			span.setAttribute(key, redactValueAtWrite(key, value));
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

/** True if two spans are the same one, by their ids: the span of a context may be a view of it. */
export function isSameSpan(a: Span | undefined, b: Span | undefined): boolean {
	if (a === b || a === undefined || b === undefined) return a === b;
	const [one, other] = [a.spanContext(), b.spanContext()];
	return one.spanId === other.spanId && one.traceId === other.traceId;
}

/** True if the toolkit created the span. */
export function isToolkitSpan({ instrumentationScope, instrumentationLibrary }: Partial<StartedSpan>): boolean {
	return (instrumentationScope ?? instrumentationLibrary)?.name === SCOPE;
}
