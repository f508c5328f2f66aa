import type { AdviceSpec } from '../lib/invocation/advice.js';
import { decorate } from '../lib/weaving/decorate.js';
import type { BareDecorator, Given } from './types.js';

/** What a decorator of one's own is made of: as `@Traced` and `@Metered`, less what only those need. */
export interface DecoratorDefinition<O extends object> {
	/** Its name, for messages; two of one name on one method are one advice, the outer options winning. */
	readonly name: string;
	/** The legal option keys; others are refused with the nearest one. @default none */
	readonly keys?: readonly (keyof O & string)[];
	/** True: on a method it publishes the method, as `@Traced` does. @default false */
	readonly publishes?: boolean;
	/** Refuses wrong values: a sentence with the rule, or undefined where all is well. @default all are taken */
	check?(options: O): string | undefined;
	/** The advice for one method of one class; asked once for each, not at each call. */
	advice: AdviceSpec<O>['advice'];
}

/** A decorator that was made: bare or called with options, in both standards. */
export type CreatedDecorator<O extends object> = BareDecorator &
	(<T = unknown, K = unknown, D = unknown>(options?: O) => Given<T, K, D>);

/**
 * Makes a decorator whose advice joins the wrapper that `@Traced` and `@Metered` use. It sees the invocation, its
 * outcome and each item of a stream. It cannot change a result, and what it throws is swallowed, counted and said once.
 *
 * @throws TypeError for a definition without a name or an advice
 */
export function createDecorator<O extends object = Record<never, never>>(
	definition: DecoratorDefinition<O>,
): CreatedDecorator<O> {
	if (typeof definition?.name !== 'string' || definition.name === '' || typeof definition.advice !== 'function') {
		throw new TypeError("createDecorator takes { name, advice }: a text, and a function that makes a method's advice.");
	}
	const spec = { ...definition, keys: definition.keys ?? [] } as unknown as AdviceSpec;
	return ((...args: unknown[]) => decorate(spec, args)) as CreatedDecorator<O>;
}
