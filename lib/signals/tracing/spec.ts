import type { AdviceSpec } from '../../invocation/advice.js';
import { faultIn } from './check-options.js';
import { type Callable, TRACED_KEYS, type TracedOptions } from './options.js';
import { SpanAdvice } from './span-advice.js';
import { isTelemetryOff } from './tracer.js';

/**
 * The specification of the decorator `@Traced`: its option keys, its checks and its advice. It publishes a method as an
 * aspect. While no provider is registered, a method that only it decorates is called as if it were not woven.
 */
export const TRACED: AdviceSpec<TracedOptions<Callable, unknown>> = {
	name: 'Traced',
	keys: TRACED_KEYS,
	publishes: true,
	check: faultIn,
	// These describe the invocation itself, so that they apply even while `@Traced` has nothing to do.
	invocationOptions: ({ path, aspect, observer, tokens, watch, operation }) => ({
		...(path === undefined ? undefined : { path }),
		...(aspect === undefined ? undefined : { aspect }),
		...(observer === undefined
			? undefined
			: { observer: observer as (args: readonly unknown[], self: unknown) => unknown }),
		...(tokens === undefined ? undefined : { tokens: tokens as (value: unknown) => unknown }),
		...(watch === undefined ? undefined : { watch }),
		...(operation === undefined ? undefined : { operation }),
	}),
	idle: isTelemetryOff,
	advice: (options, point) => new SpanAdvice(options, point),
};
