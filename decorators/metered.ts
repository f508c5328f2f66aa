import type { MeteredOptions } from '../lib/signals/metering/options.js';
import { METERED } from '../lib/signals/metering/spec.js';
import type { Callable } from '../lib/signals/tracing/options.js';
import { decorate } from '../lib/weaving/decorate.js';
import { wrapFunction } from '../lib/weaving/wrap-function.js';
import type { BareDecorator, Given, MethodOf, SelfOf } from './types.js';

/** The types of `@Metered`, bare and called, in both decorator standards. */
export type MeteredDecorator = BareDecorator &
	(<T = unknown, K = unknown, D = unknown>(
		options?: MeteredOptions<MethodOf<T, K, D>, SelfOf<T, K>>,
	) => Given<T, K, D>);

/**
 * Counts and times every invocation of a method, whatever the sampling: `agentese.invocations`,
 * `agentese.invoke.duration` in ms, and `agentese.active_invocations`. It stands where `@Traced` can stand, bare or
 * called, and publishes a method as `@Traced` does.
 *
 * The labels are the path's template and context, and the outcome; without a handle `code.function.name`. Never an
 * entity id, never an observer's.
 *
 * @throws DecorationError when the class is defined, for unknown or wrong options
 */
export const Metered = ((...args: unknown[]) => decorate(METERED, args)) as MeteredDecorator;

/**
 * `@Metered` for a function that stands alone: answers the woven function, of the same type, name and length.
 *
 * @throws TypeError for what is no function, or is a class
 */
export function metered<F extends Callable>(fn: F, options: MeteredOptions<F, ThisParameterType<F>> = {}): F {
	return wrapFunction(METERED, fn as never, options);
}
