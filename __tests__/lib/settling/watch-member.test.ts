import { describe, expect, it } from '@jest/globals';
import { contextName, inContext, thrownBy, waitForTurns, woven } from './recorder.js';

/** Like the result of the AI SDK's `streamText`: reading any member begins to drain it. */
class StreamText {
	readonly reads: string[] = [];
	#chunks = ['a', 'b'];

	get textStream(): AsyncGenerator<unknown> {
		this.reads.push('textStream');
		const chunks = this.#chunks;
		return (async function* () {
			for (const chunk of chunks) yield [chunk, contextName()];
		})();
	}

	get usage(): Promise<unknown> {
		this.reads.push('usage');
		return Promise.resolve({ tokens: 1 });
	}

	get contextName(): unknown {
		return contextName();
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

describe('the watched member', () => {
	it('is not read before the application reads it, and is then settled instead of the result', async () => {
		const { result, events } = woven(new StreamText(), { watch: 'textStream', items: true });
		await waitForTurns();
		expect([result.reads, events]).toEqual([[], []]);
		expect(result).toBeInstanceOf(StreamText);
		expect(Object.keys(result)).toEqual(['reads']);
		expect(await inContext('consumer', () => drain(result.textStream))).toEqual([
			['a', 'inside'],
			['b', 'inside'],
		]);
		expect(events).toEqual([
			['item', ['a', 'inside']],
			['item', ['b', 'inside']],
			['done', undefined, 'AsyncGenerator'],
		]);
	});

	it('leaves the other members unchanged', async () => {
		const { result, events } = woven(new StreamText(), { watch: 'textStream' });
		expect(await result.usage).toEqual({ tokens: 1 });
		expect([result.reads, events]).toEqual([['usage'], []]);
		expect(inContext('consumer', () => result.contextName)).toBe('consumer');
	});

	it('may be read again, with the same results as without weaving', async () => {
		const { result, events } = woven(new StreamText(), { watch: 'textStream' });
		const first = result.textStream;
		const second = result.textStream;
		expect(first).not.toBe(second);
		await drain(second);
		expect(events).toEqual([['done', undefined, 'AsyncGenerator']]);
		expect((await drain(first)).length).toBe(2);
		expect((await drain(result.textStream)).length).toBe(2);
	});

	it('may be a value, and a promise of an object that a promise resolved to', async () => {
		const value = woven(new StreamText(), { watch: 'contextName' });
		expect(inContext('consumer', () => value.result.contextName)).toBe('inside');
		expect(value.events).toEqual([['done', 'inside']]);

		const promised = woven(Promise.resolve(new StreamText()), { watch: 'usage' });
		const result = await promised.result;
		expect(promised.events).toEqual([]);
		const usage = result.usage;
		expect(await usage).toEqual({ tokens: 1 });
		expect(promised.events).toEqual([['done', { tokens: 1 }]]);
	});

	it('may be a field, which is settled once and may be assigned', async () => {
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

	it('of a thenable is watched on the value of the thenable', async () => {
		const query = { then: (resolve: (value: unknown) => void) => resolve(new StreamText()) };
		const { result, events } = woven(query, { watch: 'textStream' });
		const resolved = (await result) as StreamText;
		expect(events).toEqual([]);
		await drain(resolved.textStream);
		expect(events).toEqual([['done', undefined, 'AsyncGenerator']]);
	});

	it('that is missing, or cannot be overridden, lets the result end at once', () => {
		for (const value of [new StreamText(), Object.freeze({ missing: 1 }), [1], 'text']) {
			const { result, events } = woven<unknown>(value, { watch: 'missing' });
			expect(result).toBe(value);
			expect(events.length).toBe(1);
			expect(events[0]?.[1]).toBe(value);
		}
	});
});
