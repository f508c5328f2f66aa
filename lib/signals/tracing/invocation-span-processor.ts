import type { Context, Span } from '@opentelemetry/api';
import { type StartedSpan, stampObserver } from '../../invocation/observer-stamp.js';
import { onForeignSpanEnd, onForeignSpanStart } from '../../tokens/foreign-span-usage.js';
import { stampPropagated } from './propagated.js';

/**
 * The span processor that {@linkcode invocationSpanProcessor} returns, by its shape: it fits `spanProcessors` and
 * `addSpanProcessor` of every version of OpenTelemetry's SDK. Its methods never throw.
 */
export interface InvocationSpanProcessor {
	/** Writes the observer of the parent context and the attributes that are propagated to it on the span. */
	onStart(span: Span, parentContext: Context): void;
	/** Counts the token usage in the attributes of the span, if it is a model call. */
	onEnd(span: {
		/** The attributes by name. */
		readonly attributes: Readonly<Record<string, unknown>>;
	}): void;
	/** Does nothing: there is nothing to flush. */
	forceFlush(): Promise<void>;
	/** Does nothing: there is nothing to end. */
	shutdown(): Promise<void>;
}

/**
 * Creates a span processor for spans that start inside an invocation, {@linkcode withObserver} or
 * {@linkcode propagate}, whichever library starts them. It writes the observer on them (`agentese.observer`,
 * `agentese.archetype`, `session.id`, `agentese.tenant`) and the attributes that are propagated, and counts the tokens
 * of spans that are model calls. `startTelemetry` and `nodeSdkConfiguration` include it; an application that creates
 * its own tracer provider adds it there, before the processors that export. It stores nothing, sends nothing and never
 * throws.
 *
 * @returns the processor
 *
 * @example
 * ```ts
 * import { context, trace } from '@opentelemetry/api';
 * import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
 * import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
 * import { invocationSpanProcessor, propagate } from 'agentese-otel';
 *
 * context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
 * const exporter = new InMemorySpanExporter();
 * const spanProcessors = [invocationSpanProcessor(), new SimpleSpanProcessor({ exporter })];
 * trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
 * propagate({ 'app.request': 'r-7' }, () => trace.getTracer('another library').startSpan('query').end());
 * exporter.getFinishedSpans().map(({ attributes }) => attributes['app.request']); // => ['r-7']
 * ```
 */
export function invocationSpanProcessor(): InvocationSpanProcessor {
	return new Processor();
}

/** The processor that `invocationSpanProcessor` returns. */
class Processor implements InvocationSpanProcessor {
	/** Also remembers the span if it may be a model call. An SDK passes its own span, which has its attributes. */
	onStart(span: StartedSpan, parentContext: Context): void {
		stampObserver(span, parentContext);
		stampPropagated(span, parentContext);
		onForeignSpanStart(span, parentContext);
	}

	onEnd(span: StartedSpan): void {
		onForeignSpanEnd(span);
	}

	async forceFlush(): Promise<void> {}

	async shutdown(): Promise<void> {}
}
