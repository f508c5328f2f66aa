import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { expect } from '@jest/globals';
import { type End, type Fact, fact, type Trial, where } from '../fact.js';
import { failureOf, mark, settled } from '../harness.js';

const OK: End = { outcome: 'ok', result: 'Readable' };
const CANCELLED: End = { outcome: 'cancelled' };

/** A readable that records where its work is done. */
function source(places: string[] = [], chunks: readonly string[] = ['a', 'b']): Readable {
	const queue = [...chunks];
	return new Readable({
		encoding: 'utf8',
		read() {
			places.push(where());
			this.push(queue.shift() ?? null);
		},
	});
}

async function woven(trial: Trial, bare: Readable = source()): Promise<Readable> {
	const stream = (await trial.weave(() => bare)()) as Readable;
	expect(stream).toBe(bare);
	await trial.underWay();
	return stream;
}

/** Facts about Node's streams. */
export const nodeStreamFacts: readonly Fact[] = [
	fact('a Node stream does not flow and gains no listener because of the toolkit', async (trial) => {
		const bare = source();
		const before = bare.eventNames();
		const stream = await woven(trial, bare);
		expect([stream.readableFlowing, stream.readableLength, stream.eventNames()]).toEqual([null, 0, before]);
		stream.destroy();
		await trial.ended(CANCELLED);
	}),
	fact(
		'a Node stream in flow mode ends with its end event, its reads inside and its listeners outside',
		async (trial) => {
			const places: string[] = [];
			const stream = await woven(trial, source(places));
			const heard: string[] = [];
			stream.on('data', (chunk: string) => {
				heard.push(`${chunk} ${where()}`);
				mark('listener');
			});
			await once(stream, 'end');
			expect([heard, new Set(places)]).toEqual([['a outside', 'b outside'], new Set(['inside'])]);
			await trial.ended(OK, { outside: ['listener', 'listener'] });
		},
	),
	fact('for await over a Node stream sees all chunks', async (trial) => {
		const stream = await woven(trial);
		expect(await Array.fromAsync(stream)).toEqual(['a', 'b']);
		await trial.ended(OK);
	}),
	fact('break leaves a Node stream', async (trial) => {
		const stream = await woven(trial);
		for await (const _ of stream) break;
		await settled();
		expect(stream.destroyed).toBe(true);
		await trial.ended({ outcome: 'cancelled', threw: true });
	}),
	fact('destroy() leaves a Node stream', async (trial) => {
		const stream = await woven(trial);
		stream.destroy();
		await once(stream, 'close');
		await trial.ended(CANCELLED);
	}),
	fact('an error that a Node stream is destroyed with reaches its listeners unchanged', async (trial) => {
		const thrown = new Error('torn');
		const stream = await woven(trial);
		const heard = once(stream, 'error');
		stream.destroy(thrown);
		expect(await heard).toEqual([thrown]);
		await trial.ended({ outcome: 'error', type: 'Error', message: 'torn' });
	}),
	fact('a destroyed Node stream without a close event still ends', async (trial) => {
		const stream = await woven(trial, new Readable({ read() {}, emitClose: false }));
		stream.destroy();
		await settled();
		await trial.ended(CANCELLED);
	}),
	fact('pipeline() ends a Node stream and keeps backpressure', async (trial) => {
		const stream = await woven(trial, source([], ['a', 'b', 'c']));
		const written: string[] = [];
		const slow = new Writable({
			decodeStrings: false,
			highWaterMark: 1,
			write(chunk, _, done) {
				written.push(String(chunk));
				setImmediate(done);
			},
		});
		await pipeline(stream, slow);
		expect(written).toEqual(['a', 'b', 'c']);
		await trial.ended(OK);
	}),
	fact('pipeline() into a sink that fails gives its error', async (trial) => {
		const thrown = new Error('full');
		const sink = new Writable({ write: (_chunk, _encoding, done) => done(thrown) });
		const stream = await woven(trial);
		expect((await failureOf(() => pipeline(stream, sink)))?.thrown).toBe(thrown);
		await settled();
		await trial.ended({ outcome: 'error', type: 'Error', message: 'full' });
	}),
	fact('a transform stream works the same', async (trial) => {
		const through = new PassThrough({ encoding: 'utf8' });
		const stream = (await trial.weave(() => through)()) as PassThrough;
		await trial.underWay();
		stream.write('a');
		stream.end('b');
		expect((await Array.fromAsync(stream)).join('')).toBe('ab');
		await settled();
		await trial.ended({ outcome: 'ok', result: 'PassThrough' });
	}),
	fact('Readable.from() of a generator runs its body inside', async (trial) => {
		const places: string[] = [];
		const bare = Readable.from(
			(async function* () {
				places.push(where());
				yield 'a';
				places.push(where());
			})(),
		);
		const stream = await woven(trial, bare);
		expect(await Array.fromAsync(stream)).toEqual(['a']);
		expect(places).toEqual(['inside', 'inside']);
		await trial.ended(OK);
	}),
];
