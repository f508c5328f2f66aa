import { type Context, createContextKey } from '@opentelemetry/api';

/** Any copy of the toolkit finds the rate under this key: the API makes it of the process-wide symbol of that name. */
const RATE = createContextKey('agentese-otel.rules.rate');

/**
 * The context that a span is started in whose join point has a sampling rate of its own. Only the sampler sees it: what
 * runs inside of the span has another one, so that a root below it (`root: true`) is not decided by this rate.
 */
export function withRate(context: Context, rate: number): Context {
	return context.setValue(RATE, rate);
}

/** The rate that a rule gives to the span which is started in this context. */
export function rateOf(context: Context): number | undefined {
	const rate = context.getValue(RATE);
	return typeof rate === 'number' ? rate : undefined;
}
