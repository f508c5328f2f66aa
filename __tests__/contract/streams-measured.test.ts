import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { abandonOpenSettlements } from '../../lib/settling/common/finalization.js';
import { settled } from './harness.js';
import { CONSUMER, PRODUCER, wait } from './streams/kinds.js';
import { AT_LEAST, below, measure } from './streams/measure.js';

describe('of a stream', () => {
	async function* words() {
		yield 'a';
		await wait(PRODUCER);
		yield 'b';
		yield 'c';
	}
	const take = async (stream: unknown, count: number) => {
		for await (const _ of stream as AsyncIterable<unknown>) if (--count === 0) break;
	};

	it('that is never consumed there are no chunks', async () => {
		const { attributes, streamed } = await measure((source) => {
			source.open(null, words);
			abandonOpenSettlements();
		});
		expect([attributes, streamed]).toEqual([{ chunks: 0 }, { chunks: 0 }]);
	});

	it('that has no chunks there is no first one', async () => {
		const { attributes } = await measure((source) =>
			take(
				source.open(null, async function* () {}),
				1,
			),
		);
		expect(attributes).toEqual({ chunks: 0 });
	});

	it('that the consumer leaves early what came until then is measured', async () => {
		const { attributes } = await measure((source) => take(source.open(null, words), 1), below(PRODUCER));
		expect(attributes).toEqual({ chunks: 1, time_to_first_chunk: expect.any(Number) });
		expect(attributes['time_to_first_chunk']).toBeLessThan(PRODUCER);
	});

	it('that fails after a wait, that wait is a stall', async () => {
		const { attributes, streamed } = await measure(async (source) => {
			const stream = source.open(null, async function* () {
				yield 'a';
				await wait(PRODUCER);
				throw new Error('torn');
			});
			await take(stream, 9).catch(() => undefined);
		});
		expect(attributes).toEqual({ chunks: 1, time_to_first_chunk: expect.any(Number), 'stall.max': streamed?.stall });
		expect(attributes['stall.max']).toBeGreaterThanOrEqual(AT_LEAST);
	});

	it('that hangs before its end, that is no wait for a chunk', async () => {
		const { attributes } = await measure((source) =>
			take(
				source.open(null, async function* () {
					yield 'a';
					await wait(PRODUCER);
				}),
				9,
			),
		);
		expect(attributes).toEqual({ chunks: 1, time_to_first_chunk: expect.any(Number) });
	});

	it('whose chunks are requested all at once each wait is measured', async () => {
		const { attributes } = await measure(async (source) => {
			const stream = source.open(null, words) as AsyncGenerator;
			await Promise.all([stream.next(), stream.next(), stream.next(), stream.next()]);
		});
		expect(attributes).toEqual({ chunks: 3, time_to_first_chunk: expect.any(Number), 'stall.max': expect.any(Number) });
		expect(attributes['stall.max']).toBeGreaterThanOrEqual(AT_LEAST);
	});

	const busy = (ms: number) => {
		for (const until = performance.now() + ms; performance.now() < until; );
	};

	it('that is synchronous both sides are told apart', async () => {
		const { attributes } = await measure((source) => {
			const stream = source.open(null, function* () {
				for (const word of ['a', 'b', 'c']) {
					busy(PRODUCER);
					yield word;
				}
			});
			for (const _ of stream as Iterable<unknown>) busy(CONSUMER);
		}, below(CONSUMER));
		expect(attributes['chunks']).toBe(3);
		for (const key of ['time_to_first_chunk', 'stall.max']) {
			expect(attributes[key]).toBeGreaterThanOrEqual(PRODUCER);
			expect(attributes[key]).toBeLessThan(CONSUMER);
		}
	});

	it('that pushes, what its consumer does at once is the consumer’s time', async () => {
		const { attributes } = await measure(async (source) => {
			let push = (_chunk: number): void => {};
			const stream = source.open(null, () => ({
				'@@observable'() {
					return this;
				},
				subscribe({ next }: { next: (chunk: number) => void }) {
					push = next;
					return { unsubscribe() {} };
				},
			})) as { subscribe(next: () => void): { unsubscribe(): void } };
			const subscription = stream.subscribe(() => busy(2 * PRODUCER));
			for (const chunk of [1, 2, 3]) push(chunk);
			subscription.unsubscribe();
		}, below(PRODUCER));
		expect(attributes).toEqual({ chunks: 3, time_to_first_chunk: expect.any(Number), 'stall.max': expect.any(Number) });
		expect(attributes['stall.max']).toBeLessThan(PRODUCER);
	});

	it('that is paused the pause does not count', async () => {
		const { attributes } = await measure(async (source) => {
			const stream = source.open(null, () => new PassThrough({ encoding: 'utf8' })) as PassThrough;
			const heard: string[] = [];
			stream.on('data', (chunk: string) => heard.push(chunk));
			stream.write('a');
			await settled();
			stream.pause();
			await wait(CONSUMER);
			stream.write('b');
			await settled();
			expect(heard).toEqual(['a']);
			stream.resume();
			stream.end('c');
			await wait(1);
			await settled();
			expect(heard.join('')).toBe('abc');
		}, below(CONSUMER));
		expect(attributes['stall.max']).toBeLessThan(CONSUMER);
	});

	const eager = () =>
		new ReadableStream({
			start(controller) {
				for (const chunk of ['a', 'b', 'c']) controller.enqueue(new TextEncoder().encode(chunk));
				controller.close();
			},
		});
	const ways: [string, (stream: ReadableStream) => Promise<unknown>][] = [
		['a reader', (stream) => new Response(stream).text()],
		['for await', (stream) => Array.fromAsync(stream)],
		['a pipe', (stream) => stream.pipeTo(new WritableStream())],
		['a branch of tee()', (stream) => Array.fromAsync(stream.tee()[0])],
	];

	it.each(ways)('that was closed before %s read it, its last chunk counts', async (_, consume) => {
		const { attributes } = await measure((source) => consume(source.open(null, eager) as ReadableStream));
		expect([attributes['chunks'], attributes['size']]).toEqual([3, 3]);
	});

	const filled = () => {
		const stream = new Readable({ objectMode: true, read() {} });
		for (const chunk of ['a', 'b', 'c', null]) stream.push(chunk);
		return stream;
	};

	it.each<[how: string, consume: (stream: Readable) => Promise<unknown>]>([
		[
			'for await',
			async (stream) => {
				for await (const _ of stream) await wait(CONSUMER);
			},
		],
		[
			'events',
			(stream) => {
				stream.on('data', () => {
					stream.pause();
					setTimeout(() => stream.resume(), CONSUMER);
				});
				return once(stream, 'end');
			},
		],
	])('of Node that lay ready nobody waited for what a slow consumer took by %s', async (_, consume) => {
		const { attributes } = await measure(
			(source) => consume(source.open(null, () => filled()) as Readable),
			below(CONSUMER),
		);
		expect(attributes['chunks']).toBe(3);
		expect(attributes['stall.max']).toBeLessThan(CONSUMER);
	});

	it('of Node that is read long after its chunk came, it was waited for until it came', async () => {
		const { attributes } = await measure(async (source) => {
			const stream = source.open(null, () => new PassThrough({ encoding: 'utf8' })) as PassThrough;
			stream.on('readable', () => {});
			await settled();
			stream.write('a');
			await wait(CONSUMER);
			expect(stream.read()).toBe('a');
			stream.destroy();
			await once(stream, 'close');
		}, below(CONSUMER));
		expect(attributes).toEqual({ chunks: 1, time_to_first_chunk: expect.any(Number) });
		expect(attributes['time_to_first_chunk']).toBeLessThan(CONSUMER);
	});

	it('that is consumed twice, the consumption that got furthest is measured', async () => {
		const { attributes } = await measure(async (source) => {
			const stream = source.open(null, () => ({ controller: 1, [Symbol.asyncIterator]: words }));
			const other = (stream as AsyncIterable<string>)[Symbol.asyncIterator]();
			await other.next();
			await take(stream, 9);
		});
		expect(attributes['chunks']).toBe(3);
	});

	it('bytes are those of buffers, views and array buffers, and of nothing else', async () => {
		const of = async (chunks: unknown[]) => {
			const { attributes } = await measure((source) =>
				take(
					source.open(null, async function* () {
						yield* chunks;
					}),
					9,
				),
			);
			return attributes['size'];
		};
		expect(await of([Buffer.from('abc'), new Uint8Array(2), new DataView(new ArrayBuffer(4), 1)])).toBe(8);
		expect(await of([new ArrayBuffer(5), new Float64Array(1), new SharedArrayBuffer(2)])).toBe(15);
		expect(await of([new Uint8Array(0)])).toBe(0);
		expect(await of(['text', { byteLength: 7 }])).toBe(undefined);
		const hostile = Object.defineProperty(new Uint8Array(3), 'byteLength', {
			get: () => {
				throw new Error('a trap');
			},
		});
		expect(await of([new Uint8Array(1), hostile])).toBe(1);
	});

	it('nothing is measured of what is none', async () => {
		for (const value of [1, 'text', [1, 2], new Map([[1, 2]]), { a: 1 }, Promise.resolve([1]), new Uint8Array(3)]) {
			const { attributes, streamed } = await measure((source) => source.open(null, () => value));
			expect([attributes, streamed]).toEqual([{}, undefined]);
		}
	});

	it('nothing is measured of what cannot be watched, or is only written to', async () => {
		const frozen = await measure((source) =>
			take(
				source.open(null, () => Object.freeze(words())),
				9,
			),
		);
		const writable = await measure(async (source) => {
			const sink = source.open(null, () => new Writable({ write: (_chunk, _encoding, done) => done() }));
			(sink as Writable).end('a');
			await wait(1);
		});
		expect([frozen.attributes, writable.attributes]).toEqual([{}, {}]);
	});
});
