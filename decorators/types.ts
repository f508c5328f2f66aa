import type { Callable } from '../lib/signals/tracing/options.js';

/** True for `unknown` (what was not inferred) and `any` (which turns every other conditional type into a union). */
type Untold<T> = unknown extends T ? true : false;

/** The bound that TypeScript's own decorator context has for methods: any function of that `this`. */
type MethodBound<This> = ReturnType<ClassMethodDecoratorContext<This>['access']['get']>;

/** What the compiler shows where a decorator cannot stand. */
interface Misplaced {
	readonly misplaced: 'It goes on a class, a method, a getter, a setter, an accessor or an arrow-function field.';
}

/** The function behind a decorated member, from the arguments that a decorator of either standard is given. */
type FunctionAt<T, K, D> =
	Untold<K> extends true
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

/** Legacy: a getter and a setter look alike, and a private field has no type at all. */
type LegacyFunctionAt<T, K extends PropertyKey, D> = K extends keyof T
	? T[K] extends Callable
		? T[K]
		: Untold<D> extends true
			? Misplaced
			: (value?: T[K]) => T[K]
	: Untold<D> extends true
		? Callable
		: D extends TypedPropertyDescriptor<infer V>
			? V extends Callable
				? V
				: (value?: V) => V
			: Callable;

/** The function behind a decorated member, for the types of a decorator's callbacks. */
export type MethodOf<T, K, D> = FunctionAt<T, K, D> extends infer F extends Callable ? F : Callable;

/** The type of `this` in a decorated member. */
export type SelfOf<T, K> =
	Untold<K> extends true
		? unknown
		: K extends { readonly kind: 'class' }
			? unknown
			: K extends { addInitializer(initializer: (this: infer This) => void): void }
				? This
				: K extends PropertyKey
					? T
					: unknown;

/**
 * A decorator that was given its options. It has three parameters because the legacy standard refuses a rest tuple, and
 * its type of return refuses what is no function in words that can be read.
 */
export type Given<T, K, D> = (
	target: T,
	key?: K,
	descriptor?: D,
) => FunctionAt<T, K, D> extends Callable ? void : Misplaced;

type Class = abstract new (...args: never[]) => unknown;

/**
 * The bare form of a decorator, in both standards. Join it with the form that takes options as `BareDecorator & …`, in
 * this order: the compiler prints the error of the last overload.
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
