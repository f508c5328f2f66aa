import type { AdviceSpec } from '../../invocation/advice.js';
import { faultIn } from './check-options.js';
import { type Callable, TRACED_KEYS, type TracedOptions } from './options.js';
import { SpanAdvice } from './span-advice.js';
import { nothingOn } from './tracer.js';

/** What `@Traced` is made of. */
export const TRACED: AdviceSpec<TracedOptions<Callable, unknown>> = {
	name: 'Traced',
	keys: TRACED_KEYS,
	publishes: true,
	check: faultIn,
	facts: ({ path, aspect, observer, tokens, watch, operation }) => ({
		...(path === undefined ? undefined : { path }),
		...(aspect === undefined ? undefined : { aspect }),
		...(observer === undefined
			? undefined
			: { observer: observer as (args: readonly unknown[], self: unknown) => unknown }),
		...(tokens === undefined ? undefined : { tokens: tokens as (value: unknown) => unknown }),
		...(watch === undefined ? undefined : { watch }),
		...(operation === undefined ? undefined : { operation }),
	}),
	asleep: nothingOn,
	advice: (options, point) => new SpanAdvice(options, point),
};
