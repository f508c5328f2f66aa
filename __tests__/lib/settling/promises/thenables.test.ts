import { describe, expect, it } from '@jest/globals';
import { at, quiet, thrownBy, where, woven } from '../recorder.js';

/** A query builder in the manner of knex: lazy, chained on itself, its rows read at `then`. */
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
	it('stays itself, is chained, runs once when it is awaited, in the context of the invocation', async () => {
		const query = new Query(() => where());
		const { result, events } = woven(query);
		expect(result).toBe(query);
		expect(result.where('a = 1')).toBe(query);
		await quiet();
		expect([query.runs, events]).toEqual([0, []]);
		expect(Object.keys(query)).toEqual(['runs', 'parts']);
		const seen = await at('consumer', async () => [await result, where()]);
		expect(seen).toEqual(['inside', 'consumer']);
		expect([query.runs, query.parts, events]).toEqual([1, ['a = 1'], [['done', 'inside']]]);
	});

	it('calls back in the context of the consumer', async () => {
		const good = woven(new Query());
		expect(await at('consumer', () => good.result.then(() => where()))).toBe('consumer');
		const bad = woven(new Query(new Error('no')));
		expect(await at('consumer', () => bad.result.then(undefined, () => where()))).toBe('consumer');
	});

	it('fails with its own error, which a consumer without a handler meets too', async () => {
		const reason = new Error('no');
		const { result, events } = woven(new Query(reason));
		const caught = await result.then(() => 'fulfilled').then(String, (error: unknown) => error);
		expect(caught).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});

	it('runs again in the consumer’s context at each further then', async () => {
		const { result, events } = woven(new Query(() => where()));
		expect(await result.then()).toBe('inside');
		expect(await at('second', () => result.then())).toBe('second');
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

	it('may give a stream, which is followed to its end', async () => {
		async function* rows() {
			yield 1;
			yield 2;
		}
		const { result, events } = woven(new Query(() => rows()), { items: true });
		const seen = [];
		for await (const row of (await result) as unknown as AsyncIterable<number>) seen.push(row);
		expect(seen).toEqual([1, 2]);
		expect(events).toEqual([
			['item', 1],
			['item', 2],
			['done', undefined, 'AsyncGenerator'],
		]);
	});

	it('may have its then as an own member, which stays as enumerable as it was', async () => {
		const query = { then: (resolve: (value: unknown) => void) => resolve(where()), name: 'q' };
		const { result, events } = woven(query);
		expect(Object.keys(result)).toEqual(['then', 'name']);
		expect(await { ...result }).toBe('inside');
		expect(events).toEqual([['done', 'inside']]);
	});

	it('may have its then as a getter, read and run as often as bare', async () => {
		let reads = 0;
		let runs = 0;
		class Getting {
			#value = 'private';
			get then() {
				reads++;
				const value = this.#value;
				return (resolve: (value: unknown) => void) => {
					runs++;
					resolve([value, where()]);
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

	it('may be seen through catch alone, whether that leads to then or not', async () => {
		class Caught extends Query {
			catch(onRejected?: (error: unknown) => unknown): Promise<unknown> {
				return this.then().catch(onRejected);
			}
		}
		const reason = new Error('no');
		const through = woven(new Caught(reason));
		expect(await at('consumer', () => through.result.catch(() => where()))).toBe('consumer');
		expect([through.result.runs, through.events]).toEqual([1, [['failed', reason]]]);

		const beside = woven({ then() {}, catch: (onRejected: () => unknown) => Promise.reject(reason).catch(onRejected) });
		expect(await at('consumer', () => beside.result.catch(() => where()))).toBe('consumer');
		expect(beside.events).toEqual([['failed', reason]]);
	});

	it('that is frozen ends at return and still runs once', async () => {
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

	it('that a proxy makes up ends at return', () => {
		const everything: object = new Proxy(() => undefined, { get: () => everything });
		const { result, events } = woven(everything);
		expect(result).toBe(everything);
		expect(events.length).toBe(1);
	});

	it('ends every invocation that answers it, its work in the innermost context', async () => {
		const query = new Query(() => where());
		const inner = woven(query, { name: 'inner' });
		const outer = woven(inner.result, { name: 'outer' });
		expect(outer.result).toBe(query);
		expect(await at('consumer', () => query.then((value) => [value, where()]))).toEqual(['inner', 'consumer']);
		expect(query.runs).toBe(1);
		expect([inner.events, outer.events]).toEqual([[['done', 'inner']], [['done', 'inner']]]);
	});
});
