import { EventEmitter, once } from 'node:events';
import { Duplex, finished, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { contextName, inContext, thrownBy, waitForTurns, woven } from '../recorder.js';

/** A source of numbers as text, each pushed in a later turn; records in which contexts it reads. */
function source(contexts: unknown[] = [], count = 3, options: object = {}): Readable {
	let i = 0;
	return new Readable({
		...options,
		read() {
			contexts.push(contextName());
			setImmediate(() => this.push(i < count ? String(i++) : null));
		},
	});
}

async function drain(stream: Readable): Promise<string> {
	let all = '';
	for await (const chunk of stream) all += chunk;
	return all;
}

const DONE = [['done', undefined, 'Readable']];
const CANCELLED = [['cancelled', 'Readable']];

describe('a Readable', () => {
	it('is the same object, does not flow, and has no listener of the toolkit', async () => {
		const contexts: unknown[] = [];
		const bare = source();
		const { result, events } = woven(source(contexts));
		await waitForTurns();
		expect([result.readableFlowing, contexts, events]).toEqual([null, [], []]);
		expect(result.eventNames()).toEqual(bare.eventNames());
		expect(Object.keys(result)).toEqual(Object.keys(bare));
		expect(result).toBeInstanceOf(Readable);
	});

	const consumers: [string, (stream: Readable) => Promise<string>][] = [
		['for await', drain],
		[
			'data events',
			(stream) =>
				new Promise((resolve, reject) => {
					let all = '';
					stream.on('data', (chunk) => {
						all += chunk;
					});
					stream.on('end', () => resolve(all));
					stream.on('error', reject);
				}),
		],
		[
			'read()',
			(stream) =>
				new Promise((resolve, reject) => {
					let all = '';
					stream.on('readable', () => {
						for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) all += chunk;
					});
					stream.on('end', () => resolve(all));
					stream.on('error', reject);
				}),
		],
		[
			'pipeline()',
			async (stream) => {
				let all = '';
				await pipeline(
					stream,
					new Writable({
						write(chunk, _, callback) {
							all += chunk;
							callback();
						},
					}),
				);
				return all;
			},
		],
		['toArray()', async (stream) => (await stream.toArray()).join('')],
		[
			'Readable.toWeb()',
			async (stream) => {
				let all = '';
				for await (const chunk of Readable.toWeb(stream)) all += Buffer.from(chunk as Uint8Array);
				return all;
			},
		],
	];

	it.each(consumers)(
		'ends when %s consumed it completely, and works in the context of the invocation',
		async (_, consume) => {
			const contexts: unknown[] = [];
			const { result, events } = woven(source(contexts));
			expect(await inContext('consumer', () => consume(result))).toBe('012');
			await waitForTurns();
			expect(events).toEqual(DONE);
			expect(contexts).toEqual(['inside', 'inside', 'inside', 'inside']);
		},
	);

	it.each(consumers)('fails with its error, which %s receives', async (_, consume) => {
		const reason = new Error('no');
		const { result, events } = woven(
			new Readable({
				read() {
					setImmediate(() => this.destroy(reason));
				},
			}),
		);
		expect(await consume(result).catch((error: unknown) => error)).toBe(reason);
		await waitForTurns();
		expect(events).toEqual([['failed', reason]]);
	});

	it('calls its listeners in the context of the consumer', async () => {
		const { result } = woven(source());
		const received: unknown[] = [];
		inContext('consumer', () => {
			for (const event of ['data', 'end', 'close']) result.on(event, () => received.push(contextName()));
		});
		await once(result, 'close');
		expect(received).toEqual(['consumer', 'consumer', 'consumer', 'consumer', 'consumer']);
	});

	it('reports each chunk once', async () => {
		for (const [name, consume] of consumers) {
			const { result, events } = woven(source(), { items: true });
			await consume(result.setEncoding('utf8'));
			await waitForTurns();
			expect([name, events]).toEqual([name, [['item', '0'], ['item', '1'], ['item', '2'], ...DONE]]);
		}
	});

	it('made by Readable.from() runs its generator in the context of the invocation', async () => {
		const { result, events } = woven(
			Readable.from(
				(async function* () {
					yield contextName();
					await null;
					yield contextName();
				})(),
			),
		);
		expect(await inContext('consumer', () => result.toArray())).toEqual(['inside', 'inside']);
		expect(events).toEqual(DONE);
	});

	it('is cancelled by destroy(), also if it emits no close', async () => {
		for (const emitClose of [true, false]) {
			const { result, events } = woven(source([], 3, { emitClose }));
			result.destroy();
			await waitForTurns();
			expect(events).toEqual(CANCELLED);
		}
	});

	it('fails with the AbortError with which a break destroys it', async () => {
		const { result, events } = woven(source());
		for await (const _ of result) break;
		await waitForTurns();
		expect(events).toEqual([['failed', expect.objectContaining({ name: 'AbortError' })]]);
	});

	it('fails by destroy(error), also if it emits no close', async () => {
		const reason = new Error('no');
		for (const emitClose of [true, false]) {
			const { result, events } = woven(source([], 3, { emitClose }));
			result.on('error', () => undefined);
			result.destroy(reason);
			await waitForTurns();
			expect(events).toEqual([['failed', reason]]);
		}
	});

	it('throws an error without a listener, as without weaving', () => {
		const reason = new Error('no');
		const { result, events } = woven(source());
		const bare = thrownBy(() => source().emit('error', reason));
		expect(bare).not.toBe('nothing thrown');
		expect(thrownBy(() => result.emit('error', reason))).toEqual(bare);
		expect(events).toEqual([['failed', reason]]);
	});

	it('that ended already ends in the same way', async () => {
		const read = source();
		await drain(read);
		expect(woven(read).events).toEqual(DONE);

		const destroyed = source();
		destroyed.destroy();
		expect(woven(destroyed).events).toEqual(CANCELLED);

		const reason = new Error('no');
		const failed = source().on('error', () => undefined);
		failed.destroy(reason);
		expect(woven(failed).events).toEqual([['failed', reason]]);
	});

	it('keeps its backpressure', async () => {
		const reads = (stream: Readable, count: { reads: number }) =>
			new Promise((resolve) => {
				stream.once('readable', () => setTimeout(() => resolve([count.reads, stream.readableLength]), 10));
			});
		const make = () => {
			const count = { reads: 0 };
			const stream = new Readable({
				highWaterMark: 4,
				read() {
					count.reads++;
					this.push('xx');
				},
			});
			return { stream, count };
		};
		const bare = make();
		const other = make();
		const { result } = woven(other.stream);
		expect(await reads(result, other.count)).toEqual(await reads(bare.stream, bare.count));
	});

	it('works with finished() as without weaving', async () => {
		const { result, events } = woven(source());
		const over = new Promise((resolve) => finished(result, resolve));
		result.resume();
		expect(await over).toBe(undefined);
		expect(events).toEqual(DONE);
	});

	it('that is frozen ends when it is returned', () => {
		const { result, events } = woven(Object.freeze(source()));
		expect(events.length).toBe(1);
		expect(events[0]?.[1]).toBe(result);
	});

	it('ends every invocation that returns it, and works in the innermost context', async () => {
		const contexts: unknown[] = [];
		const stream = source(contexts);
		const inner = woven(stream, { name: 'inner' });
		const outer = woven(inner.result, { name: 'outer' });
		const received: unknown[] = [];
		expect(outer.result).toBe(stream);
		inContext('consumer', () => stream.on('data', () => received.push(contextName())));
		await once(stream, 'close');
		expect([inner.events, outer.events]).toEqual([DONE, DONE]);
		expect(new Set(contexts)).toEqual(new Set(['inner']));
		expect(received).toEqual(['consumer', 'consumer', 'consumer']);
		expect(woven(stream).events).toEqual(DONE);
	});
});

describe('a Writable', () => {
	it('works in the context of the invocation, and calls callbacks in the consumer’s', async () => {
		const contexts: unknown[] = [];
		const received: unknown[] = [];
		const { result, events } = woven(
			new Writable({
				write(_chunk, _encoding, callback) {
					contexts.push(contextName());
					setImmediate(callback);
				},
				final(callback) {
					contexts.push(contextName());
					setImmediate(callback);
				},
			}),
		);
		inContext('consumer', () => {
			result.on('drain', () => received.push(contextName()));
			result.on('finish', () => received.push(contextName()));
			result.write('a', () => received.push(contextName()));
			result.write('b');
			result.end(() => received.push(contextName()));
		});
		await once(result, 'close');
		expect(events).toEqual([['done', undefined, 'Writable']]);
		expect(contexts).toEqual(['inside', 'inside', 'inside']);
		expect(new Set(received)).toEqual(new Set(['consumer']));
		expect(received.length).toBe(3);
	});

	it('accepts several chunks at once, as without weaving', async () => {
		const received: unknown[] = [];
		const { result, events } = woven(
			new Writable({
				writev(chunks, callback) {
					received.push([contextName(), ...chunks.map(({ chunk }) => String(chunk))]);
					setImmediate(callback);
				},
			}),
		);
		result.write('a');
		result.write('b');
		result.end('c');
		await once(result, 'finish');
		expect(received).toEqual([
			['inside', 'a'],
			['inside', 'b', 'c'],
		]);
		expect(events).toEqual([['done', undefined, 'Writable']]);
	});

	it('is cancelled by destroy(), and fails with its error', async () => {
		const left = woven(new Writable({ write: (_a, _b, callback) => callback() }));
		left.result.destroy();
		await waitForTurns();
		expect(left.events).toEqual([['cancelled', 'Writable']]);

		const reason = new Error('no');
		const failed = woven(new Writable({ write: (_a, _b, callback) => callback(reason) }));
		failed.result.on('error', () => undefined);
		failed.result.write('x');
		await waitForTurns();
		expect(failed.events).toEqual([['failed', reason]]);
	});
});

describe('a Transform', () => {
	it('ends when it was read completely, flushes once, and works in the context of the invocation', async () => {
		const contexts: unknown[] = [];
		const { result, events } = woven(
			new Transform({
				transform(chunk, _encoding, callback) {
					contexts.push(['transform', contextName()]);
					callback(null, String(chunk).toUpperCase());
				},
				flush(callback) {
					contexts.push(['flush', contextName()]);
					callback(null, '.');
				},
			}),
		);
		inContext('consumer', () => {
			result.write('a');
			result.end('b');
		});
		await waitForTurns();
		expect(events).toEqual([]);
		expect(await inContext('consumer', () => drain(result))).toBe('AB.');
		expect(events).toEqual([['done', undefined, 'Transform']]);
		expect(contexts).toEqual([
			['transform', 'inside'],
			['transform', 'inside'],
			['flush', 'inside'],
		]);
	});

	it('may be a class of Node', async () => {
		const through = woven(new PassThrough());
		through.result.end('x');
		expect(await drain(through.result)).toBe('x');
		expect(through.events).toEqual([['done', undefined, 'PassThrough']]);

		const gzip = woven(createGzip());
		gzip.result.end('text');
		const zipped = Buffer.concat(await gzip.result.toArray());
		expect(gunzipSync(zipped).toString()).toBe('text');
		expect(gzip.events).toEqual([['done', undefined, 'Gzip']]);
	});
});

describe('a Duplex', () => {
	it('ends with its readable side, and with its writable side if that is the only one', async () => {
		const both = woven(
			new Duplex({
				read() {
					this.push(null);
				},
				write: (_a, _b, callback) => callback(),
			}),
		);
		both.result.end('x');
		await once(both.result, 'finish');
		expect(both.events).toEqual([]);
		both.result.resume();
		await once(both.result, 'end');
		expect(both.events).toEqual([['done', undefined, 'Duplex']]);

		const sink = woven(
			new Duplex({
				readable: false,
				write: (_chunk: unknown, _encoding: unknown, callback: () => void) => callback(),
			} as object),
		);
		sink.result.end('x');
		await waitForTurns();
		expect(sink.events).toEqual([['done', undefined, 'Duplex']]);
	});
});

describe('an event emitter that is no stream', () => {
	it('ends at once', () => {
		const emitter = new EventEmitter();
		expect(woven(emitter).events.map(([event]) => event)).toEqual(['done']);
	});
});
