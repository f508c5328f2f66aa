import { describe, expect, it } from '@jest/globals';
import { contextName, inContext, thrownBy, waitForTurns, woven } from '../recorder.js';

/** A query builder like knex's: lazy, its methods return itself, and `then` reads the rows. */
class Query {
	runs = 0;
	readonly #rows: unknown;
	readonly parts: string[] = [];

	constructor(rows: unknown = 'rows') {
		this.#rows = rows;
	}

	where(part: string): this {
		this.parts.push(part);
		return this;
	}

	then(onFulfilled?: (value: unknown) => unknown, onRejected?: (error: unknown) => unknown): Promise<unknown> {
		this.runs++;
		const rows = this.#rows;
		return Promise.resolve()
			.then(() => {
				if (rows instanceof Error) throw rows;
				return typeof rows === 'function' ? rows() : rows;
			})
			.then(onFulfilled, onRejected);
	}
}

describe('a lazy thenable', () => {
	it('is the same object, can be chained, and runs once, in the context of the invocation', async () => {
		const query = new Query(() => contextName());
		const { result, events } = woven(query);
		expect(result).toBe(query);
		expect(result.where('a = 1')).toBe(query);
		await waitForTurns();
		expect([query.runs, events]).toEqual([0, []]);
		expect(Object.keys(query)).toEqual(['runs', 'parts']);
		const received = await inContext('consumer', async () => [await result, contextName()]);
		expect(received).toEqual(['inside', 'consumer']);
		expect([query.runs, query.parts, events]).toEqual([1, ['a = 1'], [['done', 'inside']]]);
	});

	it('calls callbacks in the context of the consumer', async () => {
		const good = woven(new Query());
		expect(await inContext('consumer', () => good.result.then(() => contextName()))).toBe('consumer');
		const bad = woven(new Query(new Error('no')));
		expect(await inContext('consumer', () => bad.result.then(undefined, () => contextName()))).toBe('consumer');
	});

	it('fails with its error, which a consumer without a handler receives too', async () => {
		const reason = new Error('no');
		const { result, events } = woven(new Query(reason));
		const caught = await result.then(() => 'fulfilled').then(String, (error: unknown) => error);
		expect(caught).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});

	it('runs again at each further then, in the context of the consumer', async () => {
		const { result, events } = woven(new Query(() => contextName()));
		expect(await result.then()).toBe('inside');
		expect(await inContext('second', () => result.then())).toBe('second');
		expect(result.runs).toBe(2);
		expect(events).toEqual([['done', 'inside']]);
	});

	it('that throws in then fails', () => {
		const reason = new Error('no');
		const { result, events } = woven({
			then() {
				throw reason;
			},
		});
		expect(thrownBy(() => result.then())).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});

	it('may resolve to a stream, which is followed to its end', async () => {
		async function* rows() {
			yield 1;
			yield 2;
		}
		const { result, events } = woven(new Query(() => rows()), { items: true });
		const received = [];
		for await (const row of (await result) as unknown as AsyncIterable<number>) received.push(row);
		expect(received).toEqual([1, 2]);
		expect(events).toEqual([
			['item', 1],
			['item', 2],
			['done', undefined, 'AsyncGenerator'],
		]);
	});

	it('may have an own then, which stays as enumerable as it was', async () => {
		const query = { then: (resolve: (value: unknown) => void) => resolve(contextName()), name: 'q' };
		const { result, events } = woven(query);
		expect(Object.keys(result)).toEqual(['then', 'name']);
		expect(await { ...result }).toBe('inside');
		expect(events).toEqual([['done', 'inside']]);
	});

	it('may have a getter for its then, which is read and run as often as without weaving', async () => {
		let reads = 0;
		let runs = 0;
		class Getting {
			#value = 'private';
			get then() {
				reads++;
				const value = this.#value;
				return (resolve: (value: unknown) => void) => {
					runs++;
					resolve([value, contextName()]);
				};
			}
		}
		const getting = new Getting();
		const { result, events } = woven(getting);
		expect(Object.keys(result)).toEqual([]);
		expect(await result).toEqual(['private', 'inside']);
		expect([reads, runs]).toEqual([1, 1]);
		expect(events).toEqual([['done', ['private', 'inside']]]);
	});

	it('is watched through catch alone, whether that calls then or not', async () => {
		class Caught extends Query {
			catch(onRejected?: (error: unknown) => unknown): Promise<unknown> {
				return this.then().catch(onRejected);
			}
		}
		const reason = new Error('no');
		const through = woven(new Caught(reason));
		expect(await inContext('consumer', () => through.result.catch(() => contextName()))).toBe('consumer');
		expect([through.result.runs, through.events]).toEqual([1, [['failed', reason]]]);

		const beside = woven({ then() {}, catch: (onRejected: () => unknown) => Promise.reject(reason).catch(onRejected) });
		expect(await inContext('consumer', () => beside.result.catch(() => contextName()))).toBe('consumer');
		expect(beside.events).toEqual([['failed', reason]]);
	});

	it('that is frozen ends when it is returned, and still runs once', async () => {
		const query = Object.freeze(
			new (class extends Query {
				override runs = 0;
				override then(onFulfilled?: (value: unknown) => unknown): Promise<unknown> {
					return Promise.resolve('rows').then(onFulfilled);
				}
			})(),
		);
		const { result, events } = woven(query);
		expect(result).toBe(query);
		expect(events.length).toBe(1);
		expect(events[0]?.[1]).toBe(query);
		expect(await result).toBe('rows');
	});

	it('whose then exists only in a proxy ends when it is returned', () => {
		const everything: object = new Proxy(() => undefined, { get: () => everything });
		const { result, events } = woven(everything);
		expect(result).toBe(everything);
		expect(events.length).toBe(1);
	});

	it('ends every invocation that returns it, and works in the innermost context', async () => {
		const query = new Query(() => contextName());
		const inner = woven(query, { name: 'inner' });
		const outer = woven(inner.result, { name: 'outer' });
		expect(outer.result).toBe(query);
		expect(await inContext('consumer', () => query.then((value) => [value, contextName()]))).toEqual([
			'inner',
			'consumer',
		]);
		expect(query.runs).toBe(1);
		expect([inner.events, outer.events]).toEqual([[['done', 'inner']], [['done', 'inner']]]);
	});
});

describe('a lazy query that is not awaited', () => {
	/** A query as its builders have it: it runs by `then`, by one of its methods, or in a loop. */
	const query = () => {
		const run = async (how: string) => {
			await waitForTurns(1);
			return `${how} ${contextName()}`;
		};
		return {
			then: (resolve: (value: string) => void) => void run('then').then(resolve),
			where() {
				return this;
			},
			exec: () => run('exec'),
			requestTransaction: (id: string) => run(id),
			async *[Symbol.asyncIterator]() {
				yield await run('row');
			},
			get stream() {
				throw new Error('read before the application reads it');
			},
		};
	};

	it('ends with the method that runs it, in the context of the invocation', async () => {
		const first = woven(query());
		expect(await first.result.where().exec()).toBe('exec inside');
		const second = woven(query());
		expect(await second.result.requestTransaction('tx')).toBe('tx inside');
		expect([first.events, second.events]).toEqual([[['done', 'exec inside']], [['done', 'tx inside']]]);
	});

	it('ends with the loop over it', async () => {
		const { result, events } = woven(query(), { items: true });
		for await (const row of result) expect(row).toBe('row inside');
		expect(events).toEqual([
			['item', 'row inside'],
			['done', undefined, 'AsyncGenerator'],
		]);
	});

	it('ends once, by the first way in which it is run', async () => {
		const { result, events } = woven(query());
		await result.exec();
		await result;
		expect(events).toEqual([['done', 'exec inside']]);
	});
});
