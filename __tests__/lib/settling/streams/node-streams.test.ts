import { EventEmitter, once } from 'node:events';
import { Duplex, finished, PassThrough, Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { at, quiet, thrownBy, where, woven } from '../recorder.js';

/** Numbers as text, each made in a later turn; notes where it works. */
function source(places: unknown[] = [], count = 3, options: object = {}): Readable {
	let i = 0;
	return new Readable({
		...options,
		read() {
			places.push(where());
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
	it('is the same object, does not flow, and has no listener of ours', async () => {
		const places: unknown[] = [];
		const bare = source();
		const { result, events } = woven(source(places));
		await quiet();
		expect([result.readableFlowing, places, events]).toEqual([null, [], []]);
		expect(result.eventNames()).toEqual(bare.eventNames());
		expect(Object.keys(result)).toEqual(Object.keys(bare));
		expect(result).toBeInstanceOf(Readable);
	});

	const ways: [string, (stream: Readable) => Promise<string>][] = [
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

	it.each(ways)('ends when %s has taken it whole, working in the context of the invocation', async (_, take) => {
		const places: unknown[] = [];
		const { result, events } = woven(source(places));
		expect(await at('consumer', () => take(result))).toBe('012');
		await quiet();
		expect(events).toEqual(DONE);
		expect(places).toEqual(['inside', 'inside', 'inside', 'inside']);
	});

	it.each(ways)('fails with its error, which %s meets', async (_, take) => {
		const reason = new Error('no');
		const { result, events } = woven(
			new Readable({
				read() {
					setImmediate(() => this.destroy(reason));
				},
			}),
		);
		expect(await take(result).catch((error: unknown) => error)).toBe(reason);
		await quiet();
		expect(events).toEqual([['failed', reason]]);
	});

	it('calls its listeners in the context of the consumer', async () => {
		const { result } = woven(source());
		const seen: unknown[] = [];
		at('consumer', () => {
			for (const event of ['data', 'end', 'close']) result.on(event, () => seen.push(where()));
		});
		await once(result, 'close');
		expect(seen).toEqual(['consumer', 'consumer', 'consumer', 'consumer', 'consumer']);
	});

	it('tells each chunk once', async () => {
		for (const [name, take] of ways) {
			const { result, events } = woven(source(), { items: true });
			await take(result.setEncoding('utf8'));
			await quiet();
			expect([name, events]).toEqual([name, [['item', '0'], ['item', '1'], ['item', '2'], ...DONE]]);
		}
	});

	it('made by Readable.from() runs its generator in the context of the invocation', async () => {
		const { result, events } = woven(
			Readable.from(
				(async function* () {
					yield where();
					await null;
					yield where();
				})(),
			),
		);
		expect(await at('consumer', () => result.toArray())).toEqual(['inside', 'inside']);
		expect(events).toEqual(DONE);
	});

	it('is left by destroy(), also where it emits no close', async () => {
		for (const emitClose of [true, false]) {
			const { result, events } = woven(source([], 3, { emitClose }));
			result.destroy();
			await quiet();
			expect(events).toEqual(CANCELLED);
		}
	});

	it('hands on the AbortError with which a break destroys it', async () => {
		const { result, events } = woven(source());
		for await (const _ of result) break;
		await quiet();
		expect(events).toEqual([['failed', expect.objectContaining({ name: 'AbortError' })]]);
	});

	it('fails by destroy(error), also where it emits no close', async () => {
		const reason = new Error('no');
		for (const emitClose of [true, false]) {
			const { result, events } = woven(source([], 3, { emitClose }));
			result.on('error', () => undefined);
			result.destroy(reason);
			await quiet();
			expect(events).toEqual([['failed', reason]]);
		}
	});

	it('throws an error that nobody listens to, as bare', () => {
		const reason = new Error('no');
		const { result, events } = woven(source());
		const bare = thrownBy(() => source().emit('error', reason));
		expect(bare).not.toBe('nothing thrown');
		expect(thrownBy(() => result.emit('error', reason))).toEqual(bare);
		expect(events).toEqual([['failed', reason]]);
	});

	it('that is over already ends as it ended', async () => {
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

	it('is watched by finished() as bare', async () => {
		const { result, events } = woven(source());
		const over = new Promise((resolve) => finished(result, resolve));
		result.resume();
		expect(await over).toBe(undefined);
		expect(events).toEqual(DONE);
	});

	it('that is frozen ends at return', () => {
		const { result, events } = woven(Object.freeze(source()));
		expect(events.length).toBe(1);
		expect(events[0]?.[1]).toBe(result);
	});

	it('ends every invocation that answers it, working in the innermost context', async () => {
		const places: unknown[] = [];
		const stream = source(places);
		const inner = woven(stream, { name: 'inner' });
		const outer = woven(inner.result, { name: 'outer' });
		const seen: unknown[] = [];
		expect(outer.result).toBe(stream);
		at('consumer', () => stream.on('data', () => seen.push(where())));
		await once(stream, 'close');
		expect([inner.events, outer.events]).toEqual([DONE, DONE]);
		expect(new Set(places)).toEqual(new Set(['inner']));
		expect(seen).toEqual(['consumer', 'consumer', 'consumer']);
		expect(woven(stream).events).toEqual(DONE);
	});
});

describe('a Writable', () => {
	it('works in the context of the invocation and calls back in the consumer’s', async () => {
		const places: unknown[] = [];
		const seen: unknown[] = [];
		const { result, events } = woven(
			new Writable({
				write(_chunk, _encoding, callback) {
					places.push(where());
					setImmediate(callback);
				},
				final(callback) {
					places.push(where());
					setImmediate(callback);
				},
			}),
		);
		at('consumer', () => {
			result.on('drain', () => seen.push(where()));
			result.on('finish', () => seen.push(where()));
			result.write('a', () => seen.push(where()));
			result.write('b');
			result.end(() => seen.push(where()));
		});
		await once(result, 'close');
		expect(events).toEqual([['done', undefined, 'Writable']]);
		expect(places).toEqual(['inside', 'inside', 'inside']);
		expect(new Set(seen)).toEqual(new Set(['consumer']));
		expect(seen.length).toBe(3);
	});

	it('takes several chunks at once as bare', async () => {
		const seen: unknown[] = [];
		const { result, events } = woven(
			new Writable({
				writev(chunks, callback) {
					seen.push([where(), ...chunks.map(({ chunk }) => String(chunk))]);
					setImmediate(callback);
				},
			}),
		);
		result.write('a');
		result.write('b');
		result.end('c');
		await once(result, 'finish');
		expect(seen).toEqual([
			['inside', 'a'],
			['inside', 'b', 'c'],
		]);
		expect(events).toEqual([['done', undefined, 'Writable']]);
	});

	it('is left by destroy(), and fails by its error', async () => {
		const left = woven(new Writable({ write: (_a, _b, callback) => callback() }));
		left.result.destroy();
		await quiet();
		expect(left.events).toEqual([['cancelled', 'Writable']]);

		const reason = new Error('no');
		const failed = woven(new Writable({ write: (_a, _b, callback) => callback(reason) }));
		failed.result.on('error', () => undefined);
		failed.result.write('x');
		await quiet();
		expect(failed.events).toEqual([['failed', reason]]);
	});
});

describe('a Transform', () => {
	it('ends when it was read whole, flushes once, and works in the context of the invocation', async () => {
		const places: unknown[] = [];
		const { result, events } = woven(
			new Transform({
				transform(chunk, _encoding, callback) {
					places.push(['transform', where()]);
					callback(null, String(chunk).toUpperCase());
				},
				flush(callback) {
					places.push(['flush', where()]);
					callback(null, '.');
				},
			}),
		);
		at('consumer', () => {
			result.write('a');
			result.end('b');
		});
		await quiet();
		expect(events).toEqual([]);
		expect(await at('consumer', () => drain(result))).toBe('AB.');
		expect(events).toEqual([['done', undefined, 'Transform']]);
		expect(places).toEqual([
			['transform', 'inside'],
			['transform', 'inside'],
			['flush', 'inside'],
		]);
	});

	it('may be one of Node’s own', async () => {
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
	it('ends with its readable side, and with its writable side where that is the only one', async () => {
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
		await quiet();
		expect(sink.events).toEqual([['done', undefined, 'Duplex']]);
	});
});

describe('an event emitter that is no stream', () => {
	it('is a value', () => {
		const emitter = new EventEmitter();
		expect(woven(emitter).events.map(([event]) => event)).toEqual(['done']);
	});
});
