import type { Callable, TracedOptions } from '../lib/signals/tracing/options.js';
import { TRACED } from '../lib/signals/tracing/spec.js';
import { decorate } from '../lib/weaving/decorate.js';
import { wrapFunction } from '../lib/weaving/wrap-function.js';
import type { BareDecorator, Given, MethodOf, SelfOf } from './types.js';

/** The types of `@Traced`, bare and called, in both decorator standards. */
export type TracedDecorator = BareDecorator &
	(<T = unknown, K = unknown, D = unknown>(options?: TracedOptions<MethodOf<T, K, D>, SelfOf<T, K>>) => Given<T, K, D>);

/**
 * Makes a span of every invocation of a method: from its call to its real end, whether it answers a value, a promise, a
 * lazy query, a generator or a stream. Bare or called; on a method, a getter, a setter, an accessor, an arrow-function
 * field, or a class.
 *
 * On a method of a class with `@Resolver` it publishes the method as the aspect of its name; the span is
 * `agentese.invoke` with the attributes `agentese.*`. Without a handle the span is plain, and named `Class.method`. On a
 * class it means every own method whose name begins with neither `_` nor `#`, less `@Untraced` ones, and publishes none.
 *
 * @throws DecorationError when the class is defined, for unknown or wrong options
 */
export const Traced = ((...args: unknown[]) => decorate(TRACED, args)) as TracedDecorator;

/**
 * `@Traced` for a function that stands alone: answers the woven function, of the same type, name and length.
 *
 * @throws TypeError for what is no function, or is a class
 */
export function traced<F extends Callable>(fn: F, options: TracedOptions<F, ThisParameterType<F>> = {}): F {
	return wrapFunction(TRACED, fn as never, options);
}
