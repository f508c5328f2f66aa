import { describe, expect, it } from '@jest/globals';
import { contextName, inContext, thrownBy, woven } from '../recorder.js';

/** Like the model SDKs' `Stream`: iterable, with a controller and `tee`. */
class Stream {
	readonly controller = new AbortController();
	pulls = 0;
	#iterator: () => AsyncIterator<unknown>;

	constructor(iterator: () => AsyncIterator<unknown>) {
		this.#iterator = iterator;
	}

	static of(count: number): Stream {
		const stream: Stream = new Stream(async function* () {
			for (let i = 0; i < count; i++) {
				stream.pulls++;
				yield contextName();
			}
		});
		return stream;
	}

	[Symbol.asyncIterator](): AsyncIterator<unknown> {
		return this.#iterator();
	}

	tee(): [Stream, Stream] {
		const left: unknown[] = [];
		const right: unknown[] = [];
		const iterator = this.#iterator();
		const branch = (queue: unknown[]) => () =>
			({
				next: () => {
					if (queue.length === 0) {
						const result = iterator.next();
						left.push(result);
						right.push(result);
					}
					return queue.shift();
				},
			}) as AsyncIterator<unknown>;
		return [new Stream(branch(left)), new Stream(branch(right))];
	}
}

async function drain(iterable: AsyncIterable<unknown>, most = Infinity): Promise<unknown[]> {
	const items: unknown[] = [];
	for await (const item of iterable) {
		items.push(item);
		if (items.length >= most) break;
	}
	return items;
}

describe('an async iterable with members', () => {
	it('is the same object with its members, and is not pulled', () => {
		const stream = Stream.of(2);
		const { result, events } = woven(stream);
		expect(result).toBe(stream);
		expect(result).toBeInstanceOf(Stream);
		expect(Object.keys(result)).toEqual(['controller', 'pulls']);
		expect([stream.pulls, events]).toEqual([0, []]);
	});

	it('ends with its first complete consumption, and passes later ones through', async () => {
		const { result, events } = woven(Stream.of(2), { items: true });
		expect(await inContext('consumer', () => drain(result))).toEqual(['inside', 'inside']);
		expect(events).toEqual([
			['item', 'inside'],
			['item', 'inside'],
			['done', undefined, 'Stream'],
		]);
		expect(await inContext('consumer', () => drain(result))).toEqual(['consumer', 'consumer']);
		expect(events.length).toBe(3);
	});

	it('is cancelled by a break', async () => {
		const { result, events } = woven(Stream.of(2));
		await drain(result, 1);
		expect(events).toEqual([['cancelled', 'Stream']]);
	});

	it('is not cancelled by a break while another iteration is active', async () => {
		const { result, events } = woven(Stream.of(2));
		const other = result[Symbol.asyncIterator]();
		await drain(result, 1);
		expect(events).toEqual([]);
		await other.next();
		await other.next();
		await other.next();
		expect(events).toEqual([['done', undefined, 'Stream']]);
	});

	it('fails with the error of its iteration, or of the attempt to begin one', async () => {
		const reason = new Error('no');
		const failing = woven(
			new Stream(async function* () {
				yield 1;
				throw reason;
			}),
		);
		expect(await drain(failing.result).catch((error: unknown) => error)).toBe(reason);
		expect(failing.events).toEqual([['failed', reason]]);

		const closed = woven(
			new Stream(() => {
				throw reason;
			}),
		);
		expect(thrownBy(() => closed.result[Symbol.asyncIterator]())).toBe(reason);
		expect(closed.events).toEqual([['failed', reason]]);
	});

	it('has the branches of its tee watched, and pulls them in the context of the invocation', async () => {
		const { result, events } = woven(Stream.of(2));
		const [left, right] = result.tee();
		expect(left).toBeInstanceOf(Stream);
		expect(await inContext('consumer', () => drain(left))).toEqual(['inside', 'inside']);
		expect(events).toEqual([['done', undefined, 'Stream']]);
		expect(await drain(right)).toEqual(['inside', 'inside']);
	});

	it('that returns the same iterator twice has it watched once', async () => {
		const { result, events } = woven(
			(() => {
				const iterator = (async function* () {
					yield 1;
				})();
				return { [Symbol.asyncIterator]: () => iterator };
			})(),
			{ items: true },
		);
		result[Symbol.asyncIterator]();
		expect(await drain(result)).toEqual([1]);
		expect(events).toEqual([
			['item', 1],
			['done', undefined, 'Object'],
		]);
	});

	it('that returns an iterator which cannot be watched ends when it does', async () => {
		const { result, events } = woven({ [Symbol.asyncIterator]: () => Object.freeze({ next: () => ({ done: true }) }) });
		expect(await drain(result as never)).toEqual([]);
		expect(events).toEqual([['done', undefined, 'Object']]);
	});

	it('that is frozen ends when it is returned', async () => {
		const stream = Object.freeze({
			async *[Symbol.asyncIterator]() {
				yield contextName();
			},
		});
		const { result, events } = woven(stream);
		expect(events).toEqual([['done', stream]]);
		expect(await drain(result)).toEqual(['nowhere']);
	});

	it('ends every invocation that returns it', async () => {
		const stream = Stream.of(1);
		const inner = woven(stream, { name: 'inner', items: true });
		const outer = woven(inner.result, { name: 'outer', items: true });
		expect(await drain(outer.result)).toEqual(['inner']);
		const expected = [
			['item', 'inner'],
			['done', undefined, 'Stream'],
		];
		expect([inner.events, outer.events]).toEqual([expected, expected]);
	});
});
