import type { Callable } from '../tracing/options.js';

/** One declared label: its legal values, and how a call tells its own. */
export interface LabelOptions<F extends Callable = Callable, Self = unknown> {
	/** The legal values; any other counts as `_OTHER`. */
	values: readonly string[];
	/** The value of one call. */
	from(args: Parameters<F>, self: Self): unknown;
}

/** The options of `@Metered`. A callback that throws counts as `_OTHER`, and is said once: it never fails the method. */
export interface MeteredOptions<F extends Callable = Callable, Self = unknown> {
	/** Labels of one's own, declared and bounded, on `agentese.invocations` and `agentese.invoke.duration`. @default none */
	labels?: Readonly<Record<string, LabelOptions<F, Self>>>;
	/** The boundaries of the duration histogram, in ms, rising. @default 1 to 300000, see docs */
	buckets?: readonly number[];
	/** Whether what is under way is counted in `agentese.active_invocations`. @default true */
	active?: boolean;
}

/** The legal keys, in the order of the documentation. */
export const METERED_KEYS = ['labels', 'buckets', 'active'] as const satisfies readonly (keyof MeteredOptions)[];
