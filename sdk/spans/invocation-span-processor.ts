import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { stampObserver } from '../../lib/invocation/observer-stamp.js';
import { stampPropagated } from '../../lib/signals/tracing/propagated.js';
import { onForeignSpanEnd, onForeignSpanStart } from '../../lib/tokens/foreign-span-usage.js';

/**
 * Creates a span processor for spans that start inside an invocation, `withObserver` or `propagate`, whichever library
 * starts them. It writes the observer on them (`agentese.observer`, `agentese.archetype`, `session.id`,
 * `agentese.tenant`) and the attributes that are propagated, and counts the tokens of spans that are model calls.
 * `startTelemetry` and `nodeSdkConfiguration` include it; an application that creates its own tracer provider adds it
 * there, before the processors that export. It stores nothing, sends nothing and never throws.
 *
 * @returns the processor
 *
 * @example
 * ```ts
 * import { context, trace } from '@opentelemetry/api';
 * import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
 * import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
 * import { propagate } from 'agentese-otel';
 * import { invocationSpanProcessor } from 'agentese-otel/presets';
 *
 * context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
 * const exporter = new InMemorySpanExporter();
 * const spanProcessors = [invocationSpanProcessor(), new SimpleSpanProcessor({ exporter })];
 * trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
 * propagate({ 'app.request': 'r-7' }, () => trace.getTracer('another library').startSpan('query').end());
 * exporter.getFinishedSpans().map(({ attributes }) => attributes['app.request']); // => ['r-7']
 * ```
 */
export function invocationSpanProcessor(): SpanProcessor {
	return new InvocationSpanProcessor();
}

/** The processor that `invocationSpanProcessor` returns. */
class InvocationSpanProcessor implements SpanProcessor {
	/**
	 * Writes the observer of the parent context and the attributes that are propagated to it, and remembers the span if it
	 * may be a model call.
	 */
	onStart(span: Span, parentContext: Context): void {
		stampObserver(span, parentContext);
		stampPropagated(span, parentContext);
		onForeignSpanStart(span, parentContext);
	}

	/** Counts the token usage in the attributes of the span, if it is a model call. */
	onEnd(span: ReadableSpan): void {
		onForeignSpanEnd(span);
	}

	async forceFlush(): Promise<void> {}

	async shutdown(): Promise<void> {}
}
