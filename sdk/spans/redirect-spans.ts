import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { processState } from '../../lib/runtime/process-state.js';

/** One per process, since the application may load the toolkit as ESM and as CommonJS. */
const state = processState('sdk/spans/redirect', () => ({
	/** The processors of the tracer provider that was registered last. */
	current: [] as readonly SpanProcessor[],
	/** The lists of processors of tracer providers that were shut down while no other one followed. */
	stopped: [] as SpanProcessor[][],
}));

/** Passes spans to the processors of the tracer provider that was registered last. */
const toCurrent: SpanProcessor = {
	onStart(span: Span, parentContext: Context): void {
		for (const processor of state.current) processor.onStart(span, parentContext);
	},
	onEnding(span: Span): void {
		for (const processor of state.current) processor.onEnding?.(span);
	},
	onEnd(span: ReadableSpan): void {
		for (const processor of state.current) processor.onEnd(span);
	},
	forceFlush: async () => undefined,
	shutdown: async () => undefined,
};

/**
 * Makes the processors of a tracer provider those that receive the spans of providers that were shut down.
 *
 * @param processors - the list that the provider was created with
 */
export function setCurrentProcessors(processors: readonly SpanProcessor[]): void {
	state.current = processors;
	for (const stopped of state.stopped.splice(0)) redirectToCurrent(stopped);
}

/**
 * Passes the spans of a tracer provider that was shut down to the current processors: a library that has fetched its
 * tracer keeps it for ever, and the API has no way to give it another one.
 *
 * @param processors - the list that the provider was created with, which it reads at each span. It is changed in place.
 */
export function redirectToCurrent(processors: SpanProcessor[]): void {
	if (processors !== state.current) processors.splice(0, processors.length, toCurrent);
}

/** Redirects the spans of a tracer provider that was shut down as soon as another one is registered. */
export function redirectWhenRegistered(processors: SpanProcessor[]): void {
	if (processors.length > 0) state.stopped.push(processors);
}
