import { describe, expect, it } from '@jest/globals';
import { at, quiet, thrownBy, where, woven } from './recorder.js';

/** As the result of the AI SDK's streamText: reading any member begins to drain it. */
class StreamText {
	readonly reads: string[] = [];
	#chunks = ['a', 'b'];

	get textStream(): AsyncGenerator<unknown> {
		this.reads.push('textStream');
		const chunks = this.#chunks;
		return (async function* () {
			for (const chunk of chunks) yield [chunk, where()];
		})();
	}

	get usage(): Promise<unknown> {
		this.reads.push('usage');
		return Promise.resolve({ tokens: 1 });
	}

	get place(): unknown {
		return where();
	}

	get broken(): never {
		throw new Error('no');
	}
}

async function drain(stream: AsyncIterable<unknown>): Promise<unknown[]> {
	const items: unknown[] = [];
	for await (const item of stream) items.push(item);
	return items;
}

describe('the member that is to be watched', () => {
	it('is not read until the application reads it; then it is settled in the result’s stead', async () => {
		const { result, events } = woven(new StreamText(), { watch: 'textStream', items: true });
		await quiet();
		expect([result.reads, events]).toEqual([[], []]);
		expect(result).toBeInstanceOf(StreamText);
		expect(Object.keys(result)).toEqual(['reads']);
		expect(await at('consumer', () => drain(result.textStream))).toEqual([
			['a', 'inside'],
			['b', 'inside'],
		]);
		expect(events).toEqual([
			['item', ['a', 'inside']],
			['item', ['b', 'inside']],
			['done', undefined, 'AsyncGenerator'],
		]);
	});

	it('leaves the other members alone', async () => {
		const { result, events } = woven(new StreamText(), { watch: 'textStream' });
		expect(await result.usage).toEqual({ tokens: 1 });
		expect([result.reads, events]).toEqual([['usage'], []]);
		expect(at('consumer', () => result.place)).toBe('consumer');
	});

	it('may be read again, each time as bare', async () => {
		const { result, events } = woven(new StreamText(), { watch: 'textStream' });
		const first = result.textStream;
		const second = result.textStream;
		expect(first).not.toBe(second);
		await drain(second);
		expect(events).toEqual([['done', undefined, 'AsyncGenerator']]);
		expect((await drain(first)).length).toBe(2);
		expect((await drain(result.textStream)).length).toBe(2);
	});

	it('may be a value, and a promise that a promise gave', async () => {
		const value = woven(new StreamText(), { watch: 'place' });
		expect(at('consumer', () => value.result.place)).toBe('inside');
		expect(value.events).toEqual([['done', 'inside']]);

		const promised = woven(Promise.resolve(new StreamText()), { watch: 'usage' });
		const result = await promised.result;
		expect(promised.events).toEqual([]);
		const usage = result.usage;
		expect(await usage).toEqual({ tokens: 1 });
		expect(promised.events).toEqual([['done', { tokens: 1 }]]);
	});

	it('may be a field, which gives one thing and may be assigned', async () => {
		const stream = (async function* () {
			yield 1;
		})();
		const { result, events } = woven({ textStream: stream, other: 1 }, { watch: 'textStream', items: true });
		expect(Object.keys(result)).toEqual(['textStream', 'other']);
		expect(result.textStream).toBe(stream);
		expect(result.textStream).toBe(stream);
		expect(await drain(result.textStream)).toEqual([1]);
		expect(events).toEqual([
			['item', 1],
			['done', undefined, 'AsyncGenerator'],
		]);
		result.textStream = 2 as never;
		expect(result.textStream).toBe(2);
	});

	it('may throw when it is read, and be read again', () => {
		const { result, events } = woven(new StreamText(), { watch: 'broken' });
		expect((thrownBy(() => result.broken) as Error).message).toBe('no');
		expect(events).toEqual([]);
	});

	it('of a thenable is looked for on what it gives', async () => {
		const query = { then: (resolve: (value: unknown) => void) => resolve(new StreamText()) };
		const { result, events } = woven(query, { watch: 'textStream' });
		const given = (await result) as StreamText;
		expect(events).toEqual([]);
		await drain(given.textStream);
		expect(events).toEqual([['done', undefined, 'AsyncGenerator']]);
	});

	it('that is not there, or cannot be defined anew, leaves a value', () => {
		for (const value of [new StreamText(), Object.freeze({ missing: 1 }), [1], 'text']) {
			const { result, events } = woven<unknown>(value, { watch: 'missing' });
			expect(result).toBe(value);
			expect(events.length).toBe(1);
			expect(events[0]?.[1]).toBe(value);
		}
	});
});
