import type { Callable } from './callable.js';

/** One attribute of an application on the metrics of a method: its legal values, and how it is read from a call. */
export interface MeteredAttribute<F extends Callable = Callable, Self = unknown> {
	/** The legal values, at most 100. Any other value is written as `_OTHER`. */
	values: readonly string[];
	/**
	 * Returns the value for one call. Called after the method ended, once for the metrics and the span together. If it
	 * throws, the error is logged once and the value is `_OTHER`.
	 *
	 * @param args - the arguments of the call
	 * @param self - the `this` of the call
	 */
	from(args: Parameters<F>, self: Self): unknown;
}
