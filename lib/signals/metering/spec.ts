import type { AdviceSpec } from '../../invocation/advice.js';
import type { Callable } from '../../invocation/callable.js';
import { metricsOn } from '../../runtime/epoch.js';
import { faultInMetered, RENAMED } from './check-options.js';
import { declareSeriesAtCollections } from './declared-series.js';
import { MeterAdvice } from './meter-advice.js';
import { METERED_KEYS, type MeteredOptions } from './options.js';

declareSeriesAtCollections();

/**
 * The specification of the decorator `@Metered`: its option keys, its checks and its advice. While no meter provider is
 * registered, a method that only it decorates is called as if it were not woven.
 */
export const METERED: AdviceSpec<MeteredOptions<Callable, unknown>> = {
	name: 'Metered',
	keys: METERED_KEYS,
	renamed: RENAMED,
	check: faultInMetered,
	// Of the invocation, because `@Traced` writes them on the span.
	invocationOptions: ({ attributes }) => (attributes === undefined ? {} : { meteredAttributes: attributes }),
	idle: () => !metricsOn(),
	advice: (options, point) => new MeterAdvice(options, point),
};
