import type { Callable } from '../lib/invocation/callable.js';

/**
 * True for `unknown`, which stands for a type that was not inferred, and for `any`, which would turn every other
 * conditional type into a union.
 */
type NotInferred<T> = unknown extends T ? true : false;

/** The bound of methods in TypeScript's own decorator context: any function with that `this`. */
type MethodBound<This> = ReturnType<ClassMethodDecoratorContext<This>['access']['get']>;

/** The type that the compiler shows in its error if a decorator is on a wrong target. */
interface Misplaced {
	readonly misplaced: 'It goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.';
}

/** The function of a decorated member, from the types of the arguments that a decorator receives in either standard. */
type FunctionAt<T, K, D> =
	NotInferred<K> extends true
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
							: K extends PropertyKey
								? LegacyFunctionAt<T, K, D>
								: Callable;

/** Legacy standard: a getter and a setter cannot be told apart, and a private field has no type at all. */
type LegacyFunctionAt<T, K extends PropertyKey, D> = K extends keyof T
	? T[K] extends Callable
		? T[K]
		: NotInferred<D> extends true
			? Misplaced
			: (value?: T[K]) => T[K]
	: NotInferred<D> extends true
		? Callable
		: D extends TypedPropertyDescriptor<infer V>
			? V extends Callable
				? V
				: (value?: V) => V
			: Callable;

/** The function of a decorated member, for the types of the options' callbacks. */
export type MethodOf<T, K, D> = FunctionAt<T, K, D> extends infer F extends Callable ? F : Callable;

/** The type of `this` in a decorated member. */
export type SelfOf<T, K> =
	NotInferred<K> extends true
		? unknown
		: K extends { readonly kind: 'class' }
			? unknown
			: K extends { addInitializer(initializer: (this: infer This) => void): void }
				? This
				: K extends PropertyKey
					? T
					: unknown;

/**
 * A decorator that was called with options. It has three parameters because the compiler refuses a rest tuple in the
 * legacy standard. For a member that is no function its return type is one that makes the compiler's error readable.
 */
export type CalledDecorator<T, K, D> = (
	target: T,
	key?: K,
	descriptor?: D,
) => FunctionAt<T, K, D> extends Callable ? void : Misplaced;

/** A key that no object has. */
declare const impossible: unique symbol;

/** A decorator of no particular target. */
type AnyDecorator = (target: unknown, key?: unknown, descriptor?: unknown) => void;

/**
 * Two signatures that match no call. If no signature of a decorator matches, the compiler continues with the first one
 * that has enough parameters. That is the first of these, which returns a decorator, so that the compiler reports the
 * wrong option alone, without a second error (TS1241) about the bare form; and it has the options as its parameter, so
 * that editors complete their keys. TypeScript 5 explains up to three signatures in its error, and of four the last
 * alone: the second one makes them four.
 *
 * Intersect it with the other forms as the first one.
 */
export interface MisusedDecorator<O> {
	(options: O & { readonly [impossible]: never }): AnyDecorator;
	(options: never): AnyDecorator;
}

/** Any class. */
type Class = abstract new (...args: never[]) => unknown;

/**
 * The bare form of a decorator, in both standards. Intersect it with the form that accepts options as `BareDecorator &
 * …`, in this order, because the compiler prints the error of the last overload.
 */
export interface BareDecorator {
	<This, F extends MethodBound<This>>(value: F, context: ClassMethodDecoratorContext<This, F>): F | undefined;
	<This, V>(value: () => V, context: ClassGetterDecoratorContext<This, V>): (() => V) | undefined;
	<This, V>(value: (value: V) => void, context: ClassSetterDecoratorContext<This, V>): ((value: V) => void) | undefined;
	<This, V>(
		value: ClassAccessorDecoratorTarget<This, V>,
		context: ClassAccessorDecoratorContext<This, V>,
	): ClassAccessorDecoratorResult<This, V> | undefined;
	<This, F extends MethodBound<This>>(
		value: undefined,
		context: ClassFieldDecoratorContext<This, F>,
	): ((this: This, initial: F) => F) | undefined;
	(value: Class, context: ClassDecoratorContext): undefined;
	<T>(target: object, key: PropertyKey, descriptor: TypedPropertyDescriptor<T>): TypedPropertyDescriptor<T> | undefined;
	<T extends object, K extends keyof T>(target: T, key: T[K] extends Callable ? K : never): undefined;
	(target: Class): undefined;
}
