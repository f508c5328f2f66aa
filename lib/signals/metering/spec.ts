import type { AdviceSpec } from '../../invocation/advice.js';
import { metricsOn } from '../../runtime/epoch.js';
import type { Callable } from '../tracing/options.js';
import { MeterAdvice } from './meter-advice.js';
import { METERED_KEYS, type MeteredOptions } from './options.js';

/**
 * The specification of the decorator `@Metered`: its option keys, its checks and its advice. It publishes a method as
 * an aspect. While no meter provider is registered, a method that only it decorates is called as if it were not woven.
 */
export const METERED: AdviceSpec<MeteredOptions<Callable, unknown>> = {
	name: 'Metered',
	keys: METERED_KEYS,
	publishes: true,
	check: faultIn,
	idle: () => !metricsOn(),
	advice: (options, point) => new MeterAdvice(options, point),
};

/** The labels that the toolkit sets. Options must not declare them. */
const RESERVED = ['agentese.path', 'agentese.context', 'agentese.outcome', 'error.type', 'code.function.name'];

/** Returns a sentence about the first invalid value among the options of `@Metered`; undefined if all are valid. */
function faultIn({ labels, buckets, active }: MeteredOptions<Callable, unknown>): string | undefined {
	if (active !== undefined && typeof active !== 'boolean') return "The option 'active' is true or false.";
	if (buckets !== undefined && !isAscending(buckets))
		return "The option 'buckets' is an array of finite numbers in ascending order.";
	for (const [name, label] of Object.entries(labels ?? {})) {
		if (RESERVED.includes(name)) return `The label '${name}' is reserved: the toolkit sets it.`;
		if (typeof label?.from !== 'function' || !isLabelValues(label.values)) {
			return `The label '${name}' has { values, from }: an array of strings, and a function that returns one of them.`;
		}
	}
	return undefined;
}

/** Returns true for a non-empty array of finite numbers, each larger than the one before. */
function isAscending(buckets: unknown): boolean {
	return (
		Array.isArray(buckets) &&
		buckets.length > 0 &&
		buckets.every((value, i) => Number.isFinite(value) && (i === 0 || value > buckets[i - 1]))
	);
}

/** Returns true for an array of at most 100 strings. */
function isLabelValues(values: unknown): boolean {
	return Array.isArray(values) && values.length <= 100 && values.every((value) => typeof value === 'string');
}
