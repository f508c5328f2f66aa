import { describe, expect, it } from '@jest/globals';
import { at, thrownBy, where, woven } from '../recorder.js';

function* places(count = 2): Generator<unknown, string, unknown> {
	for (let i = 0; i < count; i++) yield where();
	return 'returned';
}

async function* asyncPlaces(count = 2): AsyncGenerator<unknown, string, unknown> {
	for (let i = 0; i < count; i++) {
		await null;
		yield where();
	}
	await null;
	return 'returned';
}

describe('a generator', () => {
	it('is the same object with the same class, prototype and keys', () => {
		const generator = places();
		const { result } = woven(generator);
		expect(result).toBe(generator);
		expect(result instanceof places).toBe(true);
		expect(Object.prototype.toString.call(result)).toBe('[object Generator]');
		expect(Object.keys(result)).toEqual([]);
		expect(result[Symbol.iterator]()).toBe(result);
	});

	it('runs its body in the context of the invocation at every step, and leaves the consumer’s', () => {
		const { result, events } = woven(places(), { items: true });
		at('consumer', () => {
			for (const place of result) {
				expect(place).toBe('inside');
				expect(where()).toBe('consumer');
			}
		});
		expect(events).toEqual([
			['item', 'inside'],
			['item', 'inside'],
			['done', 'returned', 'Generator'],
		]);
	});

	it('is cancelled by a break, once its finally has run', () => {
		const order: unknown[] = [];
		const { result, events, recorder } = woven(
			(function* () {
				try {
					yield 1;
					yield 2;
				} finally {
					order.push(where(), isOver());
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

	it('that yields in its finally goes on, and was left when that is over', () => {
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

	it('that throws in its finally fails', () => {
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

	it('takes what is sent to it, and answers throw as its body does', () => {
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
		const { result, events } = woven(places());
		expect(result.return('early')).toEqual({ done: true, value: 'early' });
		expect(events).toEqual([['cancelled', 'Generator']]);
	});

	it('may be disposed of, delegated to and given to the iterator helpers', () => {
		const disposed = woven(places());
		{
			using generator = disposed.result;
			generator.next();
		}
		expect(disposed.events).toEqual([['cancelled', 'Generator']]);

		const delegated = woven(places());
		const outer = (function* () {
			return yield* delegated.result;
		})();
		expect([...outer, outer.next()]).toEqual(['inside', 'inside', { done: true, value: undefined }]);
		expect(delegated.events).toEqual([['done', 'returned', 'Generator']]);

		const helped = woven(places());
		expect(helped.result.take(1).toArray()).toEqual(['inside']);
		expect(helped.events).toEqual([['cancelled', 'Generator']]);
	});

	it('that is frozen ends at return', () => {
		const generator = Object.freeze(places());
		const { result, events } = woven(generator);
		expect(events.length).toBe(1);
		expect([...result]).toEqual(['nowhere', 'nowhere']);
	});
});

describe('an async generator', () => {
	it('runs its body in the context of the invocation, and leaves the consumer’s', async () => {
		const generator = asyncPlaces();
		const { result, events } = woven(generator, { items: true });
		expect(result).toBe(generator);
		await at('consumer', async () => {
			for await (const place of result) expect([place, where()]).toEqual(['inside', 'consumer']);
		});
		expect(events).toEqual([
			['item', 'inside'],
			['item', 'inside'],
			['done', 'returned', 'AsyncGenerator'],
		]);
	});

	it('answers parallel steps in order', async () => {
		const { result, events } = woven(asyncPlaces(), { items: true });
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
		const broken = woven(asyncPlaces());
		for await (const _ of broken.result) break;
		expect(broken.events).toEqual([['cancelled', 'AsyncGenerator']]);

		const disposed = woven(asyncPlaces());
		{
			await using generator = disposed.result;
			await generator.next();
		}
		expect(disposed.events).toEqual([['cancelled', 'AsyncGenerator']]);

		const early = woven(asyncPlaces());
		expect(await early.result.return('early')).toEqual({ done: true, value: 'early' });
		expect(early.events).toEqual([['cancelled', 'AsyncGenerator']]);
	});

	it('fails with the very error of its body', async () => {
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

describe('an iterator of the application’s own', () => {
	it('that answers itself ends with its last item', () => {
		let i = 0;
		const iterator = {
			next: () => (i++ < 2 ? { value: where() } : { done: true }),
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

	it('may be one of the language', () => {
		const { result, events } = woven([1, 2].values());
		expect([...result]).toEqual([1, 2]);
		expect(events).toEqual([['done', undefined, 'Array Iterator']]);
	});

	it('may answer a step at once, by a subclass of Promise, or by a thenable', async () => {
		class Owned extends Promise<IteratorResult<number>> {}
		const answers = [
			{ done: false, value: 1 },
			new Owned((resolve) => resolve({ done: false, value: 2 })),
			{ then: (resolve: (value: unknown) => void) => resolve({ done: false, value: 3 }) },
			{ done: true, value: 4 },
		];
		const given = [...answers];
		const iterator = {
			next: () => answers.shift(),
			[Symbol.asyncIterator]() {
				return this;
			},
		};
		const { result, events } = woven(iterator, { items: true });
		const seen = [];
		for (let i = 0; i < 3; i++) {
			const step = result.next();
			expect(step).toBe(given[i]);
			seen.push(((await step) as IteratorResult<unknown>).value);
		}
		expect(seen).toEqual([1, 2, 3]);
		result.next();
		expect(events).toEqual([
			['item', 1],
			['item', 2],
			['item', 3],
			['done', 4, 'Object'],
		]);
	});

	it('fails by a rejected subclass of Promise and by a rejected thenable', async () => {
		class Owned extends Promise<never> {}
		for (const answer of [
			() => new Owned((_, reject) => reject('no')),
			() => ({ then: (_: unknown, reject: (error: unknown) => void) => reject('no') }),
		]) {
			const { result, events } = woven({
				next: answer,
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

describe('a cursor whose next answers rows, and which gives another iterator', () => {
	class Cursor {
		#rows: unknown[] = [{ title: 'a', done: true }, { value: 'b' }, { value: 'c', done: false }];

		async next(): Promise<unknown> {
			return this.#rows.shift() ?? null;
		}

		async *[Symbol.asyncIterator]() {
			for (let row = await this.next(); row !== null; row = await this.next()) yield [row, where()];
		}
	}

	it('ends with the iterator that it gives, its items seen once', async () => {
		const { result, events } = woven(new Cursor(), { items: true });
		const seen: unknown[] = [];
		for await (const item of result) seen.push(item);
		expect(seen).toEqual([
			[{ title: 'a', done: true }, 'inside'],
			[{ value: 'b' }, 'inside'],
			[{ value: 'c', done: false }, 'inside'],
		]);
		expect(events).toEqual([...seen.map((item) => ['item', item]), ['done', undefined, 'Cursor']]);
	});

	it('is not ended by a row that has a column named done', async () => {
		const { result, events } = woven(new Cursor());
		expect(await result.next()).toEqual({ title: 'a', done: true });
		expect(events).toEqual([]);
	});
});
