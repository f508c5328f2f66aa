import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { stampObserver } from '../../lib/invocation/observer-stamp.js';
import { onForeignSpanEnd, onForeignSpanStart } from '../../lib/tokens/foreign-span-usage.js';

/**
 * Makes a span processor that sees every span which starts inside an invocation, whoever makes it: it puts who asks on
 * it (`agentese.observer`, `agentese.archetype`, `agentese.session`, `agentese.tenant`), and counts the tokens of the
 * model call that it may be. `startTelemetry` and `nodeSdkConfiguration` have it already; an application with a provider
 * of its own gives it to that, before the processors that export. It keeps nothing, sends nothing and never throws.
 */
export function invocationSpanProcessor(): SpanProcessor {
	return new InvocationSpanProcessor();
}

class InvocationSpanProcessor implements SpanProcessor {
	onStart(span: Span, parentContext: Context): void {
		stampObserver(span, parentContext);
		onForeignSpanStart(span, parentContext);
	}

	onEnd(span: ReadableSpan): void {
		onForeignSpanEnd(span);
	}

	async forceFlush(): Promise<void> {}

	async shutdown(): Promise<void> {}
}
