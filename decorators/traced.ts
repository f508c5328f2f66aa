import type { Callable } from '../lib/invocation/callable.js';
import type { TracedOptions } from '../lib/signals/tracing/options.js';
import { TRACED } from '../lib/signals/tracing/spec.js';
import { decorate } from '../lib/weaving/decorate.js';
import { wrapFunction } from '../lib/weaving/wrap-function.js';
import type { BareDecorator, CalledDecorator, ConfigurableDecorator, MemberFunction, MemberThis } from './types.js';

/** The types of `@Traced`, bare and called, in both decorator standards. */
export type TracedDecorator = ConfigurableDecorator<TracedOptions> &
	((name: string) => BareDecorator) &
	(<T = unknown, K = unknown, D = unknown, const Member extends string = string>(
		options?: TracedOptions<
			MemberFunction<T, K, D> extends infer F extends Callable ? F : Callable,
			MemberThis<T, K>,
			Member
		>,
	) => CalledDecorator<T, K, D>);

/**
 * Creates a span for every invocation of a method, from the call to the end of its result: a value, a promise, a lazy
 * query, a generator or a stream. It can be on a method, a getter, a setter, an accessor, an arrow-function field or a
 * class, bare or called.
 *
 * - On a method of a class with {@linkcode Resolver | @Resolver} the span is named `agentese.invoke` and has the
 *   attributes `agentese.*`. The method is counted as well, as by {@linkcode Metered | @Metered}. It is not published:
 *   {@linkcode Aspect | @Aspect} does that.
 * - On a method of a class without a handle the span is named `Class.method`.
 * - On a class it traces every own method, static ones included, whose name begins with neither `_` nor `#` and that
 *   has no {@linkcode Untraced | @Untraced}.
 *
 * A string in place of the options is the name of the span: `@Traced('pay')` is `@Traced({ name: 'pay' })`.
 *
 * Several on one method are one span; the options of the outer ones win. The result, errors and `this` of the method
 * stay as they are.
 *
 * @throws DecorationError when the class is defined, if an option is unknown or has a wrong value, if `@Untraced` is on
 *   the same method, or on a parameter
 *
 * @example
 * ```ts
 * import { Resolver, Traced } from 'agentese-otel';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * @Resolver('self.soul')
 * class Soul {
 * 	@Traced({ result: (verdict) => verdict, expected: [RangeError] })
 * 	async challenge(_umwelt: unknown, claim: string) {
 * 		return claim.length > 10 ? 'REJECT' : 'ACCEPT';
 * 	}
 * }
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * await new Soul().challenge({ id: 'kent' }, 'an idea'); // => 'ACCEPT'
 * telemetry.stats().spans.created; // => 1
 * ```
 */
export const Traced = ((...args: unknown[]) => decorate(TRACED, args)) as TracedDecorator;

/**
 * Returns the traced form of a function that is no member of a class, with the same type, name and length. The function
 * itself is not changed.
 *
 * @param fn - the function; not a class
 * @param options - the options of `@Traced`, or the name of the span. @default {}
 * @throws TypeError if `fn` is no function, or is a class
 * @throws DecorationError if an option is unknown or has a wrong value
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 *
 * const ask = traced(async (question: string) => `${question}?`, { path: 'void.oracle.ask' });
 * await ask('why'); // => 'why?'
 * traced(class {} as never); // throws TypeError
 * ```
 */
export function traced<F extends Callable, const Member extends string = string>(
	fn: F,
	options: TracedOptions<F, ThisParameterType<F>, Member> | string = {},
): F {
	return wrapFunction(TRACED, fn as never, options);
}
