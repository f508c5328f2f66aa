import { describe, expect, it } from '@jest/globals';
import { contextName, inContext, thrownBy, woven } from '../recorder.js';

function* contextNames(count = 2): Generator<unknown, string, unknown> {
	for (let i = 0; i < count; i++) yield contextName();
	return 'returned';
}

async function* asyncContextNames(count = 2): AsyncGenerator<unknown, string, unknown> {
	for (let i = 0; i < count; i++) {
		await null;
		yield contextName();
	}
	await null;
	return 'returned';
}

describe('a generator', () => {
	it('is the same object with the same class, prototype and keys', () => {
		const generator = contextNames();
		const { result } = woven(generator);
		expect(result).toBe(generator);
		expect(result instanceof contextNames).toBe(true);
		expect(Object.prototype.toString.call(result)).toBe('[object Generator]');
		expect(Object.keys(result)).toEqual([]);
		expect(result[Symbol.iterator]()).toBe(result);
	});

	it('runs its body in the context of the invocation at every step, and does not change that of the consumer', () => {
		const { result, events } = woven(contextNames(), { items: true });
		inContext('consumer', () => {
			for (const name of result) {
				expect(name).toBe('inside');
				expect(contextName()).toBe('consumer');
			}
		});
		expect(events).toEqual([
			['item', 'inside'],
			['item', 'inside'],
			['done', 'returned', 'Generator'],
		]);
	});

	it('is cancelled by a break, after its finally block ran', () => {
		const order: unknown[] = [];
		const { result, events, recorder } = woven(
			(function* () {
				try {
					yield 1;
					yield 2;
				} finally {
					order.push(contextName(), isOver());
				}
			})(),
		);
		for (const _ of result) break;
		expect(order).toEqual(['inside', false]);
		expect(events).toEqual([['cancelled', 'Generator']]);

		function isOver(): boolean {
			return recorder.ended;
		}
	});

	it('that yields in its finally block continues, and is cancelled at its end', () => {
		const { result, events } = woven(
			(function* () {
				try {
					yield 1;
				} finally {
					yield 'cleaning';
				}
			})(),
		);
		result.next();
		expect(result.return(undefined)).toEqual({ done: false, value: 'cleaning' });
		expect(events).toEqual([]);
		expect(result.next()).toEqual({ done: true, value: undefined });
		expect(events).toEqual([['cancelled', 'Generator']]);
	});

	it('that throws in its finally block fails', () => {
		const reason = new Error('no');
		const { result, events } = woven(
			(function* () {
				try {
					yield 1;
				} finally {
					// biome-ignore lint/correctness/noUnsafeFinally: that is the case under test
					throw reason;
				}
			})(),
		);
		result.next();
		expect(thrownBy(() => result.return(undefined as never))).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});

	it('receives the arguments of next, and handles throw as its body does', () => {
		const body = function* (): Generator<string, string, string> {
			let got = '';
			try {
				got = yield 'first';
			} catch (error) {
				got = `caught ${error}`;
			}
			return yield `got ${got}`;
		};
		const sent = woven(body());
		expect(sent.result.next('ignored')).toEqual({ done: false, value: 'first' });
		expect(sent.result.next('a')).toEqual({ done: false, value: 'got a' });
		expect(sent.result.next('b')).toEqual({ done: true, value: 'b' });
		expect(sent.events).toEqual([['done', 'b', 'Generator']]);

		const caught = woven(body());
		caught.result.next();
		expect(caught.result.throw('x')).toEqual({ done: false, value: 'got caught x' });
		expect(caught.events).toEqual([]);

		const failed = woven(body());
		expect(thrownBy(() => failed.result.throw('x'))).toBe('x');
		expect(failed.events).toEqual([['failed', 'x']]);
	});

	it('is cancelled by a return before its first step', () => {
		const { result, events } = woven(contextNames());
		expect(result.return('early')).toEqual({ done: true, value: 'early' });
		expect(events).toEqual([['cancelled', 'Generator']]);
	});

	it('may be disposed of, delegated to and used with the iterator helpers', () => {
		const disposed = woven(contextNames());
		{
			using generator = disposed.result;
			generator.next();
		}
		expect(disposed.events).toEqual([['cancelled', 'Generator']]);

		const delegated = woven(contextNames());
		const outer = (function* () {
			return yield* delegated.result;
		})();
		expect([...outer, outer.next()]).toEqual(['inside', 'inside', { done: true, value: undefined }]);
		expect(delegated.events).toEqual([['done', 'returned', 'Generator']]);

		const helped = woven(contextNames());
		expect(helped.result.take(1).toArray()).toEqual(['inside']);
		expect(helped.events).toEqual([['cancelled', 'Generator']]);
	});

	it('that is frozen ends when it is returned', () => {
		const generator = Object.freeze(contextNames());
		const { result, events } = woven(generator);
		expect(events.length).toBe(1);
		expect([...result]).toEqual(['nowhere', 'nowhere']);
	});
});

describe('an async generator', () => {
	it('runs its body in the context of the invocation, and does not change that of the consumer', async () => {
		const generator = asyncContextNames();
		const { result, events } = woven(generator, { items: true });
		expect(result).toBe(generator);
		await inContext('consumer', async () => {
			for await (const name of result) expect([name, contextName()]).toEqual(['inside', 'consumer']);
		});
		expect(events).toEqual([
			['item', 'inside'],
			['item', 'inside'],
			['done', 'returned', 'AsyncGenerator'],
		]);
	});

	it('runs parallel steps in order', async () => {
		const { result, events } = woven(asyncContextNames(), { items: true });
		const steps = await Promise.all([result.next(), result.next(), result.next(), result.next()]);
		expect(steps).toEqual([
			{ done: false, value: 'inside' },
			{ done: false, value: 'inside' },
			{ done: true, value: 'returned' },
			{ done: true, value: undefined },
		]);
		expect(events.at(-1)).toEqual(['done', 'returned', 'AsyncGenerator']);
		expect(events.length).toBe(3);
	});

	it('is cancelled by a break, by dispose, and by a return before its first step', async () => {
		const broken = woven(asyncContextNames());
		for await (const _ of broken.result) break;
		expect(broken.events).toEqual([['cancelled', 'AsyncGenerator']]);

		const disposed = woven(asyncContextNames());
		{
			await using generator = disposed.result;
			await generator.next();
		}
		expect(disposed.events).toEqual([['cancelled', 'AsyncGenerator']]);

		const early = woven(asyncContextNames());
		expect(await early.result.return('early')).toEqual({ done: true, value: 'early' });
		expect(early.events).toEqual([['cancelled', 'AsyncGenerator']]);
	});

	it('fails with the same error as its body', async () => {
		const reason = { code: 1 };
		const { result, events } = woven(
			(async function* () {
				yield 1;
				throw reason;
			})(),
		);
		const caught = await (async () => {
			for await (const _ of result);
		})().then(String, (error: unknown) => error);
		expect(caught).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});
});

describe('an iterator that is no generator', () => {
	it('that returns itself from its iteration symbol ends with its last item', () => {
		let i = 0;
		const iterator = {
			next: () => (i++ < 2 ? { value: contextName() } : { done: true }),
			[Symbol.iterator]() {
				return this;
			},
		};
		const { result, events } = woven(iterator, { items: true });
		expect(result).toBe(iterator);
		expect(Object.keys(result)).toEqual(['next']);
		expect([...(result as unknown as Iterable<unknown>)]).toEqual(['inside', 'inside']);
		expect(events).toEqual([
			['item', 'inside'],
			['item', 'inside'],
			['done', undefined, 'Object'],
		]);
		expect('return' in result).toBe(false);
	});

	it('may be a built-in one', () => {
		const { result, events } = woven([1, 2].values());
		expect([...result]).toEqual([1, 2]);
		expect(events).toEqual([['done', undefined, 'Array Iterator']]);
	});

	it('may return the result of a step directly, in a subclass of Promise, or in a thenable', async () => {
		class Owned extends Promise<IteratorResult<number>> {}
		const results = [
			{ done: false, value: 1 },
			new Owned((resolve) => resolve({ done: false, value: 2 })),
			{ then: (resolve: (value: unknown) => void) => resolve({ done: false, value: 3 }) },
			{ done: true, value: 4 },
		];
		const expected = [...results];
		const iterator = {
			next: () => results.shift(),
			[Symbol.asyncIterator]() {
				return this;
			},
		};
		const { result, events } = woven(iterator, { items: true });
		const received = [];
		for (let i = 0; i < 3; i++) {
			const step = result.next();
			expect(step).toBe(expected[i]);
			received.push(((await step) as IteratorResult<unknown>).value);
		}
		expect(received).toEqual([1, 2, 3]);
		result.next();
		expect(events).toEqual([
			['item', 1],
			['item', 2],
			['item', 3],
			['done', 4, 'Object'],
		]);
	});

	it('fails with a rejected subclass of Promise, and with a rejected thenable', async () => {
		class Owned extends Promise<never> {}
		for (const failingNext of [
			() => new Owned((_, reject) => reject('no')),
			() => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('no') }),
		]) {
			const { result, events } = woven({
				next: failingNext,
				[Symbol.asyncIterator]() {
					return this;
				},
			});
			const caught = await (async () => await (result.next() as PromiseLike<unknown>))().then(
				String,
				(error: unknown) => error,
			);
			expect(caught).toBe('no');
			expect(events).toEqual([['failed', 'no']]);
		}
	});
});

describe('a cursor whose next returns rows, and whose iteration symbol returns another iterator', () => {
	class Cursor {
		#rows: unknown[] = [{ title: 'a', done: true }, { value: 'b' }, { value: 'c', done: false }];

		async next(): Promise<unknown> {
			return this.#rows.shift() ?? null;
		}

		async *[Symbol.asyncIterator]() {
			for (let row = await this.next(); row !== null; row = await this.next()) yield [row, contextName()];
		}
	}

	it('ends with the iterator that it returns, and reports its items once', async () => {
		const { result, events } = woven(new Cursor(), { items: true });
		const received: unknown[] = [];
		for await (const item of result) received.push(item);
		expect(received).toEqual([
			[{ title: 'a', done: true }, 'inside'],
			[{ value: 'b' }, 'inside'],
			[{ value: 'c', done: false }, 'inside'],
		]);
		expect(events).toEqual([...received.map((item) => ['item', item]), ['done', undefined, 'Cursor']]);
	});

	it('is not ended by a row that has a column named done', async () => {
		const { result, events } = woven(new Cursor());
		expect(await result.next()).toEqual({ title: 'a', done: true });
		expect(events).toEqual([]);
	});
});
