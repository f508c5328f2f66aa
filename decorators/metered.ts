import type { Callable } from '../lib/invocation/callable.js';
import type { MeteredOptions } from '../lib/signals/metering/options.js';
import { METERED } from '../lib/signals/metering/spec.js';
import { decorate } from '../lib/weaving/decorate.js';
import { wrapFunction } from '../lib/weaving/wrap-function.js';
import type { CalledDecorator, ConfigurableDecorator, MemberFunction, MemberThis } from './types.js';

/** The types of `@Metered`, bare and called, in both decorator standards. */
export type MeteredDecorator = ConfigurableDecorator<MeteredOptions> &
	(<T = unknown, K = unknown, D = unknown>(
		options?: MeteredOptions<MemberFunction<T, K, D> extends infer F extends Callable ? F : Callable, MemberThis<T, K>>,
	) => CalledDecorator<T, K, D>);

/**
 * Counts and times every invocation of a method, whatever share of traces is sampled: in `agentese.invocations`, in
 * `agentese.invoke.duration` (ms), and in `agentese.invoke.active`. It can be on everything that
 * {@linkcode Traced | @Traced} can be on, bare or called. It publishes nothing: {@linkcode Aspect | @Aspect} does that.
 *
 * The attributes are the path's template, its context, and the outcome; `code.function.name` for a method without a
 * path. An entity id or an observer's id is none of them. `@Traced` brings all of this for a method with a path, so
 * `@Metered` is for methods without a span, and for those without a path.
 *
 * @throws DecorationError when the class is defined, if an option is unknown or has a wrong value, or on a parameter
 *
 * @example
 * ```ts
 * import { currentInvocation, Metered } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * class Model {
 * 	@Metered({ attributes: { 'app.size': { values: ['small', 'large'], from: ([size]) => size } } })
 * 	ask(size: string) {
 * 		return `${currentInvocation()?.functionName} with ${size}`;
 * 	}
 * }
 * new Model().ask('small'); // => 'Model.ask with small'
 * telemetry.stats().spans.created; // => 0
 * ```
 */
export const Metered = ((...args: unknown[]) => decorate(METERED, args)) as MeteredDecorator;

/**
 * Returns the metered form of a function that is no member of a class, with the same type, name and length. The
 * function itself is not changed.
 *
 * @param fn - the function; not a class
 * @param options - the options of `@Metered`. @default {}
 * @throws TypeError if `fn` is no function, or is a class
 * @throws DecorationError if an option is unknown or has a wrong value
 *
 * @example
 * ```ts
 * import { metered } from 'agentese-otel';
 *
 * const add = metered((a: number, b: number) => a + b, { buckets: [1, 5, 10] });
 * add(1, 2); // => 3
 * add.length; // => 2
 * ```
 */
export function metered<F extends Callable>(fn: F, options: MeteredOptions<F, ThisParameterType<F>> = {}): F {
	return wrapFunction(METERED, fn as never, options);
}
