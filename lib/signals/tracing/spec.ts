import type { AdviceSpec } from '../../invocation/advice.js';
import type { Callable } from '../../invocation/callable.js';
import { tracingSettings } from '../../invocation/settings.js';
import { METERED } from '../metering/spec.js';
import { faultIn } from './check-options.js';
import { TRACED_KEYS, type TracedOptions } from './options.js';
import { SpanAdvice } from './span-advice.js';
import { isTelemetryOff } from './tracer.js';

/**
 * The specification of the decorator `@Traced`: its option keys, its checks and its advice. While no provider is
 * registered, a method that only it decorates is called as if it were not woven. It brings `@Metered` for a method with a
 * path.
 */
export const TRACED: AdviceSpec<TracedOptions<Callable, unknown>> = {
	name: 'Traced',
	keys: TRACED_KEYS,
	textOption: 'name',
	renamed: { startAttributes: 'samplingAttributes', watch: 'follow' },
	check: faultIn,
	// These describe the invocation itself, so that they apply even while `@Traced` has nothing to do.
	invocationOptions: ({ path, aspect, observer, tokens, follow: watch, operation }) => ({
		...(path === undefined ? undefined : { path }),
		...(aspect === undefined ? undefined : { aspect }),
		...(observer === undefined
			? undefined
			: { observer: observer as (args: readonly unknown[], self: unknown) => unknown }),
		...(tokens === undefined ? undefined : { tokens: tokens as (value: unknown) => unknown }),
		...(watch === undefined ? undefined : { watch }),
		...(operation === undefined ? undefined : { operation }),
	}),
	brings: ({ metered }, { template }) => {
		const counts = metered ?? (template !== undefined && tracingSettings().metered);
		return counts === false ? undefined : [METERED as AdviceSpec, typeof counts === 'object' ? counts : {}];
	},
	condition: ({ when }) => when as ((args: readonly unknown[], self: unknown) => unknown) | undefined,
	idle: isTelemetryOff,
	advice: (options, point) => new SpanAdvice(options, point),
};
