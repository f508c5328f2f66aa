import type { Callable } from '../tracing/options.js';

/** One custom label of the metrics: its legal values, and how its value is read from a call. */
export interface LabelOptions<F extends Callable = Callable, Self = unknown> {
	/** The legal values, at most 100. Any other value is counted as `_OTHER`. */
	values: readonly string[];
	/**
	 * Returns the value for one call. Called after the method ended.
	 *
	 * @param args - the arguments of the call
	 * @param self - the `this` of the call
	 */
	from(args: Parameters<F>, self: Self): unknown;
}

/**
 * The options of `@Metered`. A callback that throws never fails the method: it is logged once, and its value is counted
 * as `_OTHER`.
 */
export interface MeteredOptions<F extends Callable = Callable, Self = unknown> {
	/** Custom labels of `agentese.invocations` and `agentese.invoke.duration`, by their names. @default none */
	labels?: Readonly<Record<string, LabelOptions<F, Self>>>;
	/** The bucket boundaries of `agentese.invoke.duration` in milliseconds, ascending. @default 1 to 300000, see docs */
	buckets?: readonly number[];
	/** Whether invocations that have begun and not ended are counted in `agentese.active_invocations`. @default true */
	active?: boolean;
}

/** The legal keys of `MeteredOptions`, in the order of the documentation. */
export const METERED_KEYS = ['labels', 'buckets', 'active'] as const satisfies readonly (keyof MeteredOptions)[];
