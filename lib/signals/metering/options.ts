import type { Callable } from '../../invocation/callable.js';
import type { MeteredAttribute } from '../../invocation/metered-attribute.js';

/**
 * The options of {@linkcode Metered | @Metered}. A callback that throws never fails the method: it is logged once, and
 * its value is counted as `_OTHER`.
 *
 * @example
 * ```ts
 * import { metered, type MeteredOptions } from 'agentese-otel';
 *
 * const options: MeteredOptions<(size: string) => string> = {
 * 	attributes: { 'app.size': { values: ['small', 'large'], from: ([size]) => size } },
 * 	buckets: [10, 100, 1000],
 * 	active: false,
 * };
 * metered((size: string) => size.toUpperCase(), options)('small'); // => 'SMALL'
 * ```
 */
export interface MeteredOptions<F extends Callable = Callable, Self = unknown> {
	/**
	 * Attributes of `agentese.invocations` and `agentese.invoke.duration`, by their keys. They are written on the span of the
	 * invocation as well, if it has one. @default none
	 */
	attributes?: Readonly<Record<string, MeteredAttribute<F, Self>>> | undefined;
	/** The bucket boundaries of `agentese.invoke.duration` in milliseconds, ascending. @default 1 to 300000, 17 boundaries */
	buckets?: readonly number[] | undefined;
	/** Whether invocations that have begun and not ended are counted in `agentese.invoke.active`. @default true */
	active?: boolean | undefined;
}

/** The legal keys of `MeteredOptions`, in the order of the documentation. */
export const METERED_KEYS = ['attributes', 'buckets', 'active'] as const satisfies readonly (keyof MeteredOptions)[];
