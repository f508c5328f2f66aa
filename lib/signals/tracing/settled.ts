import type { Callable } from '../../invocation/callable.js';

/** An iterator that can itself be iterated, such as a generator. `Next` is what its `next` returns. */
type IterableIteratorOf<Next> =
	| { next(...args: never): Next; [Symbol.iterator](): unknown }
	| { next(...args: never): Next; [Symbol.asyncIterator](): unknown };

/** The value with which an iterator ends, from the type of its steps; `unknown` if that is `any`. */
type ReturnOf<Step> = Step extends { done: true; value: infer R } ? (0 extends 1 & R ? unknown : R) : never;

/** The values that an iterator yields, from the type of its steps. */
type YieldOf<Step> = Step extends { done?: false; value: infer T } ? T : never;

/** A readable stream of the web, also if the library `dom` is not loaded. */
interface WebStream {
	readonly locked: boolean;
	getReader(...args: never[]): unknown;
}

/** A readable or writable stream of Node. */
interface NodeStream {
	readonly destroyed: boolean;
	destroy(error?: Error): unknown;
	pipe(...args: never[]): unknown;
}

/** An observable of RxJS. */
interface Observable {
	pipe(...args: never[]): unknown;
	subscribe(...args: never[]): { unsubscribe(): void };
}

/**
 * What a value resolves to. The value of a promise is read from its type argument, because `Awaited` instantiates the
 * type of `then` anew for each: that alone takes 150 of 310 instantiations of a method with two callbacks.
 */
type Resolved<V> = V extends Promise<infer T> ? Awaited<T> : Awaited<V>;

/** The final value of what a call returned, once its promises are resolved. Distributes over unions. */
type SettledValue<V> =
	V extends IterableIteratorOf<infer Next>
		? ReturnOf<Awaited<Next>>
		: V extends AsyncIterable<unknown> | WebStream | NodeStream | Observable
			? undefined
			: V;

/**
 * The final value of a call of `F`: what its promise resolves to, what its generator returns, or what it returns.
 * Undefined for a stream that has no final value: an `AsyncIterable`, a stream of the web or of Node, an observable.
 */
export type Settled<F extends Callable> = SettledValue<Resolved<ReturnType<F>>>;

/** The return value of an iterator if it may hold token usage: never if it is void or undefined, or if its type is not known. */
type UsageInReturn<R> = unknown extends R ? never : R extends void ? never : R;

/** The value that may hold token usage, once promises are resolved. Distributes over unions. */
type TokenValue<V> =
	V extends IterableIteratorOf<infer Next>
		? YieldOf<Awaited<Next>> | UsageInReturn<ReturnOf<Awaited<Next>>>
		: V extends AsyncIterable<infer T> | ReadableStream<infer T>
			? 0 extends 1 & T
				? unknown
				: T
			: V;

/**
 * The type of the value that may hold token usage: the settled value or, for a stream without one, its last item.
 */
export type TokenSource<F extends Callable> = TokenValue<Resolved<ReturnType<F>>>;
