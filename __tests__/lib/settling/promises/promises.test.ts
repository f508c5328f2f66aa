import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { isPlainPromise } from '../../../../lib/settling/promises/promises.js';
import { contextName, inContext, thrownBy, waitForTurns, woven } from '../recorder.js';

type Executor = (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void;

class Owned extends Promise<unknown> {
	readonly note = 'a note';
	withResponse(): string {
		return 'response';
	}
}

/** A subclass that `then` cannot construct, like those of some model SDKs. */
class Picky extends Promise<unknown> {
	constructor(executor: Executor, token: string) {
		if (token !== 'token') throw new TypeError('not like that');
		super(executor);
	}
}

describe('a plain native promise', () => {
	it('is replaced by its derived promise, and ends with the value', async () => {
		const promise = Promise.resolve({ ruling: 'REJECT' });
		const { result, events } = woven(promise);
		expect(result).not.toBe(promise);
		expect(events).toEqual([]);
		const value = await result;
		expect(value).toBe(await promise);
		expect(events).toEqual([['done', value]]);
		expect(events[0]?.[1]).toBe(value);
	});

	it.each([
		['an error', new Error('no')],
		['undefined', undefined],
		['a string', 'no'],
		['a frozen object', Object.freeze({ code: 1 })],
	])('that is rejected with %s rejects with the very same', async (_, reason) => {
		const { result, events } = woven(Promise.reject(reason));
		const caught = await result.then(
			() => 'fulfilled',
			(error: unknown) => [error],
		);
		expect((caught as unknown[])[0]).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
		expect(events[0]?.[1]).toBe(reason);
	});

	it('settles one turn later', async () => {
		const turns = async (promise: Promise<unknown>) => {
			let over = false;
			let count = 0;
			void promise.then(() => {
				over = true;
			});
			while (!over) {
				await null;
				count++;
			}
			return count;
		};
		const bare = await turns(Promise.resolve(1));
		expect(await turns(woven(Promise.resolve(1)).result)).toBe(bare + 1);
	});

	it('may be frozen', async () => {
		const { result, events } = woven(Object.freeze(Promise.resolve(1)));
		expect(await result).toBe(1);
		expect(events).toEqual([['done', 1]]);
	});

	it('may be of another realm, and stays in it', async () => {
		const promise: Promise<unknown> = runInNewContext('Promise.resolve(7)');
		const { result, events } = woven(promise);
		expect(Object.getPrototypeOf(result)).toBe(Object.getPrototypeOf(promise));
		expect(await result).toBe(7);
		expect(events).toEqual([['done', 7]]);
		expect(isPlainPromise(readFile(process.execPath).catch(() => 1))).toBe(true);
	});

	it('whose value is a stream ends with that stream', async () => {
		async function method() {
			return gen();
			async function* gen() {
				yield 1;
				return 2;
			}
		}
		const { result, events } = woven(method());
		const stream = await result;
		expect(events).toEqual([]);
		for await (const item of stream) expect(item).toBe(1);
		expect(events).toEqual([['done', 2, 'AsyncGenerator']]);
	});

	it('may have the symbols that async hooks set on it, and no other members', () => {
		const marked = Object.assign(Promise.resolve(1), { [Symbol('async_id_symbol')]: 1, [Symbol('kResourceStore')]: 2 });
		expect(isPlainPromise(marked)).toBe(true);
		expect(isPlainPromise(Object.assign(Promise.resolve(1), { [Symbol('mine')]: 1 }))).toBe(false);
		expect(isPlainPromise(Object.assign(Promise.resolve(1), { note: 1 }))).toBe(false);
		expect(isPlainPromise(Object.setPrototypeOf(Promise.resolve(1), { then() {} }))).toBe(false);
	});
});

describe('a promise that must stay the same object', () => {
	const make = {
		'a subclass': (settle: Executor) => new Owned(settle),
		'one with members': (settle: Executor) => Object.assign(new Promise(settle), { controller: 1 }),
		'one with a then that await does not call': (settle: Executor) =>
			Object.assign(new Promise(settle), { then: Promise.prototype.then.bind(Promise.resolve('other')) }),
		'a subclass that only its owner can make': (settle: Executor) => new Picky(settle, 'token'),
	};

	it.each(Object.entries(make))('%s is the same object, and ends with its value', async (_, of) => {
		const promise = of((resolve) => setTimeout(resolve, 1, 'value'));
		const keys = Object.keys(promise);
		const { result, events } = woven(promise);
		expect(result).toBe(promise);
		expect(Object.keys(promise)).toEqual(keys);
		expect(events).toEqual([]);
		await new Promise((resolve) => setTimeout(resolve, 5));
		expect(events).toEqual([['done', 'value']]);
	});

	it('is awaited without a further turn, and keeps its class', async () => {
		const promise = new Owned((resolve) => resolve(1));
		const { result } = woven(promise);
		expect(result.constructor).toBe(Owned);
		expect(result).toBeInstanceOf(Owned);
		expect(result.then(String)).toBeInstanceOf(Owned);
		expect(result.note).toBe('a note');
		expect(result.withResponse()).toBe('response');
		expect(await result).toBe(1);
		result.constructor = Promise as never;
		expect(result.constructor).toBe(Promise);
	});

	it('fails with the same error', async () => {
		const reason = { code: 1 };
		const { result, events } = woven(new Owned((_, reject) => reject(reason)));
		const caught = await result.then(null, (error: unknown) => error);
		expect(caught).toBe(reason);
		expect(events[0]?.[0]).toBe('failed');
		expect(events[0]?.[1]).toBe(reason);
	});

	it('whose value is a stream has that watched before the consumer receives it', async () => {
		function* body() {
			yield contextName();
		}
		const { result, events } = woven(new Owned((resolve) => resolve(body())));
		const stream = (await result) as Generator<unknown>;
		expect([...stream]).toEqual(['inside']);
		expect(events).toEqual([['done', undefined, 'Generator']]);
	});

	it('ends every invocation that returns it', async () => {
		const promise = new Owned((resolve) => resolve(1));
		const inner = woven(promise);
		const outer = woven(inner.result);
		expect(outer.result).toBe(promise);
		await promise;
		expect([inner.events, outer.events]).toEqual([[['done', 1]], [['done', 1]]]);
	});

	it('ends when it is returned if it is frozen', async () => {
		const promise = Object.freeze(new Owned((resolve) => resolve(1)));
		const { result, events } = woven(promise);
		expect(result).toBe(promise);
		expect(events.length).toBe(1);
		expect(events[0]?.[1]).toBe(promise);
		expect(await result).toBe(1);
	});
});

/** Like the model SDKs' `APIPromise`: the work begins at `then`, `catch` or `finally`. */
class Lazy extends Promise<unknown> {
	runs = 0;
	#work: () => Promise<unknown>;

	constructor(work: () => Promise<unknown>) {
		super((resolve) => resolve(null as never));
		this.#work = work;
	}

	#parse(): Promise<unknown> {
		this.runs++;
		return this.#work();
	}

	override then<A = unknown, B = never>(
		onFulfilled?: ((value: unknown) => A | PromiseLike<A>) | null,
		onRejected?: ((error: unknown) => B | PromiseLike<B>) | null,
	): Promise<A | B> {
		return this.#parse().then(onFulfilled, onRejected);
	}

	override catch<B = never>(onRejected?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<unknown> {
		return this.#parse().catch(onRejected);
	}

	override finally(onFinally?: (() => void) | null) {
		return this.#parse().finally(onFinally);
	}

	withResponse(): string {
		return 'response';
	}
}

describe('a promise whose class overrides then', () => {
	it('is the same object, stays lazy, runs once in the invocation’s context, and calls back in the consumer’s', async () => {
		const promise = new Lazy(async () => {
			await null;
			return contextName();
		});
		const { result, events } = woven(promise);
		expect(result).toBe(promise);
		expect(Object.keys(result)).toEqual(['runs']);
		expect(result.withResponse()).toBe('response');
		await waitForTurns();
		expect([promise.runs, events]).toEqual([0, []]);
		const seen = await inContext('consumer', () => result.then((value) => [value, contextName()]));
		expect(seen).toEqual(['inside', 'consumer']);
		expect([promise.runs, events]).toEqual([1, [['done', 'inside']]]);
		expect(await inContext('consumer', () => result.then((value) => value))).toBe('consumer');
	});

	it('is awaited', async () => {
		const { result, events } = woven(new Lazy(async () => contextName()));
		expect(
			await inContext('consumer', async () => {
				const value = await result;
				return [value, contextName()];
			}),
		).toEqual(['inside', 'consumer']);
		expect(events).toEqual([['done', 'inside']]);
	});

	it.each(['catch', 'finally'] as const)('is watched through %s', async (key) => {
		const good = woven(new Lazy(async () => contextName()));
		expect(await inContext('consumer', () => good.result[key](() => undefined))).toBe('inside');
		expect(good.events).toEqual([['done', 'inside']]);

		const reason = new Error('no');
		const bad = woven(
			new Lazy(async () => {
				throw reason;
			}),
		);
		const seen: unknown[] = [];
		const after = inContext('consumer', () =>
			bad.result[key]((error?: unknown) => void seen.push(error, contextName())),
		);
		expect(await after.then(String, (error: unknown) => error)).toBe(key === 'catch' ? 'undefined' : reason);
		expect(seen).toEqual([key === 'catch' ? reason : undefined, 'consumer']);
		expect(bad.events).toEqual([['failed', reason]]);
	});
});

describe('watching a promise', () => {
	it('throws nothing, whatever is in its prototype chain', () => {
		const odd = Object.setPrototypeOf(
			Promise.resolve(1),
			new Proxy(Promise.prototype, {
				getPrototypeOf() {
					throw new Error('not yours');
				},
			}),
		) as Promise<number>;
		expect(thrownBy(() => woven(odd))).toBe('nothing thrown');
		const odder = Object.assign(odd, { then: () => undefined });
		expect(thrownBy(() => woven(odder))).toBe('nothing thrown');
	});
});
