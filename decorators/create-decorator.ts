import type { Advice, AdviceSpec, JoinPointFacts } from '../lib/invocation/advice.js';
import { decorate } from '../lib/weaving/decorate.js';
import type { CalledDecorator, ConfigurableDecorator } from './types.js';

/** What `createDecorator` creates a decorator from. */
export interface DecoratorDefinition<O extends object> {
	/**
	 * The decorator's name in messages. Several of one name on one method are one advice; the options of the outer ones
	 * win.
	 */
	readonly name: string;
	/** The legal option keys. An unknown key is refused with the nearest of them. @default none */
	readonly keys?: readonly (keyof O & string)[] | undefined;
	/**
	 * Checks the values of the options when a class is defined.
	 *
	 * @returns the rule that is broken, as a sentence; undefined if all values are legal
	 * @default all values are legal
	 */
	check?: { call(options: O): string | undefined }['call'] | undefined;
	/**
	 * Returns the advice for one method of one class. It is called once for each and after each change of configuration,
	 * not at each call. If it throws, the error is logged once and the method has no such advice.
	 */
	advice(options: O, point: JoinPointFacts): Advice;
}

/** A decorator of `createDecorator`, bare and called with options, in both decorator standards. */
export type CreatedDecorator<O extends object> = ConfigurableDecorator<O> &
	(<T = unknown, K = unknown, D = unknown>(options?: O) => CalledDecorator<T, K, D>);

/**
 * Creates a decorator from an advice, which joins the wrapper that `@Traced` and `@Metered` use. The advice receives
 * the invocation, its outcome and each item of a stream. It cannot change a result. If it throws, the error is counted,
 * logged once, and does not reach the application.
 *
 * @throws TypeError if the definition has no name or no advice
 *
 * @example
 * ```ts
 * const Slow = createDecorator<{ ms: number }>({
 * 	name: 'Slow',
 * 	keys: ['ms'],
 * 	check: ({ ms = 100 }) => (ms > 0 ? undefined : "The option 'ms' is a number above 0."),
 * 	advice: ({ ms = 100 }, point) => ({
 * 		leave(invocation, outcome) {
 * 			if (outcome.duration > ms) console.warn(`${point.functionName} took ${outcome.duration} ms`);
 * 		},
 * 	}),
 * });
 * ```
 */
export function createDecorator<O extends object = Record<never, never>>(
	definition: DecoratorDefinition<O>,
): CreatedDecorator<O> {
	if (typeof definition?.name !== 'string' || definition.name === '' || typeof definition.advice !== 'function') {
		throw new TypeError(
			'createDecorator() needs { name, advice }: a text, and a function that returns the advice of a method.',
		);
	}
	const spec = { ...definition, keys: definition.keys ?? [] } as unknown as AdviceSpec;
	return ((...args: unknown[]) => decorate(spec, args)) as CreatedDecorator<O>;
}
