import type { Callable } from '../lib/invocation/callable.js';

/**
 * The function of a decorated member, from the types of the arguments that a decorator receives in either standard:
 * that of a method, a getter, a setter, an accessor or an arrow-function field. If nothing is inferred (`unknown extends
 * K`) it is any function; if the member holds none, an object type whose text explains the compiler's error.
 *
 * In the legacy standard a getter and a setter cannot be told apart, and a private field has no type at all.
 */
export type MemberFunction<T, K, D> = unknown extends K
	? Callable
	: K extends ClassMethodDecoratorContext<never, infer F>
		? F
		: K extends ClassGetterDecoratorContext<never, infer V>
			? () => V
			: K extends ClassSetterDecoratorContext<never, infer V>
				? (value: V) => void
				: K extends ClassAccessorDecoratorContext<never, infer V>
					? (value?: V) => V
					: K extends ClassFieldDecoratorContext<never, infer V>
						? V
						: K extends keyof T
							? T[K] extends Callable
								? T[K]
								: unknown extends D
									? {
											readonly misplaced: 'It goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.';
										}
									: (value?: T[K]) => T[K]
							: unknown extends D
								? Callable
								: D extends TypedPropertyDescriptor<infer V>
									? V extends Callable
										? V
										: (value?: V) => V
									: Callable;

/** The type of `this` in a decorated member; unknown for a class, and if nothing is inferred. */
export type MemberThis<T, K> = unknown extends K
	? unknown
	: K extends { readonly kind: 'class' }
		? unknown
		: K extends { addInitializer(initializer: (this: infer This) => void): void }
			? This
			: K extends PropertyKey
				? T
				: unknown;

/**
 * A decorator that was called with options, such as `@Traced({ name: 'pay' })`, in both standards. It has three
 * parameters because the compiler refuses a rest tuple in the legacy standard. For a member that holds no function its
 * return type is one that makes the compiler's error readable.
 */
export type CalledDecorator<T, K, D> = (
	target: T,
	key?: K,
	descriptor?: D,
) => MemberFunction<T, K, D> extends Callable
	? void
	: { readonly misplaced: 'It goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.' };

/**
 * The bare form of a decorator, such as {@linkcode Traced | @Traced}, in both standards: on a method, a getter, a
 * setter, an accessor, an arrow-function field or a class. What is called without options, such as `@Traced('pay')`,
 * returns it as well.
 *
 * Intersect it with the form that accepts options as `BareDecorator & …`, in this order, because the compiler prints
 * the error of the last overload. Its signatures have no doc comments, because an editor would show those in place of
 * the comment of the decorator.
 */
export interface BareDecorator {
	// On a method (TC39).
	<This, F extends ReturnType<ClassMethodDecoratorContext<This>['access']['get']>>(
		value: F,
		context: ClassMethodDecoratorContext<This, F>,
	): F | undefined;
	// On a getter (TC39).
	<This, V>(value: () => V, context: ClassGetterDecoratorContext<This, V>): (() => V) | undefined;
	// On a setter (TC39).
	<This, V>(value: (value: V) => void, context: ClassSetterDecoratorContext<This, V>): ((value: V) => void) | undefined;
	// On an accessor (TC39).
	<This, V>(
		value: ClassAccessorDecoratorTarget<This, V>,
		context: ClassAccessorDecoratorContext<This, V>,
	): ClassAccessorDecoratorResult<This, V> | undefined;
	// On an arrow-function field (TC39).
	<This, F extends ReturnType<ClassMethodDecoratorContext<This>['access']['get']>>(
		value: undefined,
		context: ClassFieldDecoratorContext<This, F>,
	): ((this: This, initial: F) => F) | undefined;
	// On a class (TC39).
	(value: abstract new (...args: never[]) => unknown, context: ClassDecoratorContext): undefined;
	// On a method, a getter, a setter or an accessor (legacy).
	<T>(target: object, key: PropertyKey, descriptor: TypedPropertyDescriptor<T>): TypedPropertyDescriptor<T> | undefined;
	// On an arrow-function field (legacy).
	<T extends object, K extends keyof T>(target: T, key: T[K] extends Callable ? K : never): undefined;
	// On a class (legacy).
	(target: abstract new (...args: never[]) => unknown): undefined;
}

/**
 * The bare form of a decorator that may also be called with options of the type `O`. Intersect it with the called forms
 * as the first one.
 *
 * Its own two signatures match no call. If no signature of a decorator matches, the compiler continues with the first one
 * that has enough parameters. That is the first of these, which returns a decorator, so that the compiler reports the
 * wrong option alone, without a second error (TS1241) about the bare form; and it has the options as its parameter, so
 * that editors complete their keys. TypeScript 5 explains up to three signatures in its error, and of four the last
 * alone: the second one makes them four.
 */
export interface ConfigurableDecorator<O> extends BareDecorator {
	// Matches no call; it is the one whose parameter editors complete, and the compiler's error names.
	(
		options: O & { readonly [Symbol.hasInstance]: never },
	): (target: unknown, key?: unknown, descriptor?: unknown) => void;
	// Matches no call.
	(options: never): (target: unknown, key?: unknown, descriptor?: unknown) => void;
}
