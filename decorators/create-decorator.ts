import type { Advice, AdviceSpec, JoinPointFacts } from '../lib/invocation/advice.js';
import { decorate } from '../lib/weaving/decorate.js';
import type { CalledDecorator, ConfigurableDecorator } from './types.js';

/**
 * What {@linkcode createDecorator} creates a decorator from.
 *
 * @example
 * ```ts
 * import { createDecorator, type DecoratorDefinition } from 'agentese-otel/extend';
 *
 * const definition: DecoratorDefinition<{ to: string }> = {
 * 	name: 'Reported',
 * 	keys: ['to'],
 * 	check: ({ to }) => (to === '' ? "The option 'to' is a name." : undefined),
 * 	advice: () => ({}),
 * };
 * const Reported = createDecorator(definition);
 * class A { @Reported({ to: '' }) ask() {} } // throws DecorationError: @Reported on (class).ask got
 * ```
 */
export interface DecoratorDefinition<O extends object> {
	/**
	 * The decorator's name in messages. Several of one name on one method are one advice; the options of the outer ones
	 * win.
	 */
	readonly name: string;
	/** The legal option keys. An unknown key is refused with the nearest of them. @default none */
	readonly keys?: readonly (keyof O & string)[] | undefined;
	/**
	 * Checks the values of the options when a class is defined. What it throws, the decorator throws.
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
 * @returns a decorator that may be used bare or called, in both standards
 * @throws TypeError if the definition has no name or no advice
 *
 * @example
 * ```ts
 * import { createDecorator } from 'agentese-otel/extend';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * const outcomes: string[] = [];
 * const Noted = createDecorator({
 * 	name: 'Noted',
 * 	advice: (_options, point) => ({ leave: (_invocation, { kind }) => outcomes.push(`${point.functionName}: ${kind}`) }),
 * });
 * await using _telemetry = await startTelemetry({ preset: 'json' });
 * class Soul { @Noted ask() {} }
 * new Soul().ask();
 * outcomes; // => ['Soul.ask: ok']
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
