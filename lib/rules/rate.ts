import { type Context, createContextKey } from '@opentelemetry/api';

/**
 * The key of the rate in a context. The API creates it from a process-wide symbol, so every copy of the toolkit finds
 * it.
 */
const RATE = createContextKey('agentese-otel.rules.rate');

/**
 * Returns the context in which a span is started whose join point has a sampling rate by a rule. Only the sampler
 * receives this context: the code inside the span runs in another, so that the rate does not apply to a root span below
 * (`root: true`).
 *
 * @param rate - the share of traces to keep, from 0 to 1
 */
export function withRate(context: Context, rate: number): Context {
	return context.setValue(RATE, rate);
}

/** Returns the sampling rate of the span that is started in this context; undefined if no rule sets one. */
export function rateOf(context: Context): number | undefined {
	const rate = context.getValue(RATE);
	return typeof rate === 'number' ? rate : undefined;
}
