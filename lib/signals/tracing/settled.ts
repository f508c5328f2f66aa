/**
 * The final value of a call that returns `R`: what a promise resolves to, what a generator returns, or `R` itself.
 * Undefined for a stream that has no final value: an `AsyncIterable`, a stream of the web or of Node, an observable of
 * RxJS. Distributes over unions.
 *
 * The value of a promise is read from its type argument, because `Awaited` instantiates the type of `then` anew for each:
 * that alone takes 150 of 310 instantiations of a method with two callbacks. Streams are recognized by their members, so
 * that no library of theirs must be loaded.
 */
export type Settled<R> =
	R extends Promise<infer T>
		? Settled<Awaited<T>>
		: R extends PromiseLike<unknown>
			? Settled<Awaited<R>>
			: R extends
						| { next(...args: never): infer Next; [Symbol.iterator](): unknown }
						| { next(...args: never): infer Next; [Symbol.asyncIterator](): unknown }
				? Awaited<Next> extends infer Step
					? Step extends { done: true; value: infer Last }
						? 0 extends 1 & Last
							? unknown
							: Last
						: never
					: never
				: R extends
							| AsyncIterable<unknown>
							| { readonly locked: boolean; getReader(...args: never[]): unknown }
							| { readonly destroyed: boolean; destroy(error?: Error): unknown; pipe(...args: never[]): unknown }
							| { pipe(...args: never[]): unknown; subscribe(...args: never[]): { unsubscribe(): void } }
					? undefined
					: R;

/**
 * The type of the value that may hold token usage, for a call that returns `R`: the settled value or, for a stream without
 * one, its last item. What a generator returns belongs to it only if its type is known and is neither void nor undefined.
 * Distributes over unions.
 */
export type TokenSource<R> =
	R extends Promise<infer T>
		? TokenSource<Awaited<T>>
		: R extends PromiseLike<unknown>
			? TokenSource<Awaited<R>>
			: R extends
						| { next(...args: never): infer Next; [Symbol.iterator](): unknown }
						| { next(...args: never): infer Next; [Symbol.asyncIterator](): unknown }
				? Awaited<Next> extends infer Step
					? Step extends { done?: false; value: infer Item }
						? Item
						: Step extends { done: true; value: infer Last }
							? unknown extends Last
								? never
								: Last extends void
									? never
									: Last
							: never
					: never
				: R extends AsyncIterable<infer Item> | ReadableStream<infer Item>
					? 0 extends 1 & Item
						? unknown
						: Item
					: R;

/**
 * What the invocation settles with, for a call that returns `R`: the member of the result that the option `follow` names,
 * or `R` itself without that option, or if the result has no such member. Distributes over unions.
 */
export type Followed<R, Member extends string> = string extends Member
	? R
	: R extends PromiseLike<infer T>
		? Followed<T, Member>
		: R extends { readonly [Name in Member]: infer V }
			? V
			: R;
