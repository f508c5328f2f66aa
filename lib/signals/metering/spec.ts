import type { AdviceSpec } from '../../invocation/advice.js';
import { metricsOn } from '../../runtime/epoch.js';
import type { Callable } from '../tracing/options.js';
import { MeterAdvice } from './meter-advice.js';
import { METERED_KEYS, type MeteredOptions } from './options.js';

/** What `@Metered` is made of. */
export const METERED: AdviceSpec<MeteredOptions<Callable, unknown>> = {
	name: 'Metered',
	keys: METERED_KEYS,
	publishes: true,
	check: faultIn,
	asleep: () => !metricsOn(),
	advice: (options, point) => new MeterAdvice(options, point),
};

/** The labels that the toolkit sets itself. */
const RESERVED = ['agentese.path', 'agentese.context', 'agentese.outcome', 'error.type', 'code.function.name'];

/** A sentence on the first wrong value among the options of `@Metered`; undefined where all are right. */
function faultIn({ labels, buckets, active }: MeteredOptions<Callable, unknown>): string | undefined {
	if (active !== undefined && typeof active !== 'boolean') return "The option 'active' is true or false.";
	if (buckets !== undefined && !rises(buckets)) return "The option 'buckets' is an array of finite numbers that rise.";
	for (const [name, label] of Object.entries(labels ?? {})) {
		if (RESERVED.includes(name)) return `The label '${name}' is the toolkit's own.`;
		if (typeof label?.from !== 'function' || !isTexts(label.values)) {
			return `The label '${name}' has { values, from }: an array of texts, and a function that answers one of them.`;
		}
	}
	return undefined;
}

function rises(buckets: unknown): boolean {
	return (
		Array.isArray(buckets) &&
		buckets.length > 0 &&
		buckets.every((value, i) => Number.isFinite(value) && (i === 0 || value > buckets[i - 1]))
	);
}

function isTexts(values: unknown): boolean {
	return Array.isArray(values) && values.length <= 100 && values.every((value) => typeof value === 'string');
}
