import type { Attributes, Context, Span } from '@opentelemetry/api';
import { attributeOf, NOBODY, OBSERVER_KEYS } from '../agentese/observers/observer-attributes.js';
import { writtenValue } from '../redaction/settings.js';
import { warnOnce } from '../runtime/log-once.js';
import { SCOPE } from '../runtime/version.js';
import type { LiveInvocation } from './advice.js';
import { invocationOf } from './context.js';

/** A span of any SDK, as span processors see it. */
export interface StartedSpan extends Span {
	readonly attributes: Readonly<Attributes>;
	readonly instrumentationScope?: { readonly name: string };
	/** OpenTelemetry's SDK 1.x. */
	readonly instrumentationLibrary?: { readonly name: string };
}

/**
 * Puts on a span that starts who asks: the observer, the session and the tenant of the innermost invocation of its
 * parent context, also where that has ended. A span that says so itself keeps what it says; one of the toolkit's own
 * invocations gets it from its advice. Never throws.
 */
export function stampObserver(span: StartedSpan, parentContext: Context): void {
	try {
		const invocation = invocationOf(parentContext);
		if (invocation === undefined || isOwn(span, invocation) || 'agentese.observer' in span.attributes) return;
		const { observer } = invocation;
		if (observer === NOBODY) return;
		for (const key of OBSERVER_KEYS) {
			const fact = attributeOf(observer, key);
			if (fact !== undefined) span.setAttribute(key, writtenValue(key, fact));
		}
	} catch (error) {
		warnOnce('observers.wear', 'a span below an invocation could not be told who asks.', error);
	}
}

/** True for the span of the invocation itself: it starts in the invocation's context, before the method runs. */
export function isOwn(span: Partial<StartedSpan>, { entered, point }: LiveInvocation): boolean {
	return entered === false && point.template !== undefined && isOurs(span);
}

/** True where the toolkit made the span. */
export function isOurs({ instrumentationScope, instrumentationLibrary }: Partial<StartedSpan>): boolean {
	return (instrumentationScope ?? instrumentationLibrary)?.name === SCOPE;
}
