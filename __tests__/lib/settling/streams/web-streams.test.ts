import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { at, quiet, thrownBy, where, woven } from '../recorder.js';

interface Source {
	readonly stream: ReadableStream<unknown>;
	readonly places: unknown[];
	cancelled: unknown;
	controller: ReadableStreamDefaultController;
}

/** A source that gives numbers on demand, and notes where it is pulled. */
function source(count = 3, options: { error?: unknown; cancel?: () => unknown } = {}): Source {
	const made = { places: [] as unknown[], cancelled: undefined as unknown } as Source & { stream: ReadableStream };
	let i = 0;
	const stream = new ReadableStream(
		{
			start(controller) {
				made.controller = controller;
			},
			pull(controller) {
				made.places.push(where());
				if (i < count) controller.enqueue(i++);
				else if (options.error !== undefined) controller.error(options.error);
				else controller.close();
			},
			cancel(reason) {
				made.cancelled = reason;
				return options.cancel?.() as never;
			},
		},
		{ highWaterMark: 0 },
	);
	return Object.assign(made, { stream });
}

function bytes(texts: string[]): ReadableStream<Uint8Array> {
	const rest = texts.map((one) => new TextEncoder().encode(one));
	return new ReadableStream(
		{
			type: 'bytes',
			pull(controller) {
				const chunk = rest.shift();
				if (chunk !== undefined) controller.enqueue(chunk);
				else {
					controller.close();
					controller.byobRequest?.respond(0);
				}
			},
		},
		{ highWaterMark: 0 },
	);
}

async function drain(stream: ReadableStream<unknown>): Promise<unknown[]> {
	const chunks: unknown[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return chunks;
}

async function readAll(stream: ReadableStream<unknown>): Promise<unknown[]> {
	const reader = stream.getReader();
	const chunks: unknown[] = [];
	for (let step = await reader.read(); !step.done; step = await reader.read()) chunks.push(step.value);
	return chunks;
}

function sink(places: unknown[] = []): WritableStream<unknown> {
	return new WritableStream({ write: (chunk) => void places.push(chunk) });
}

const DONE = [['done', undefined, 'ReadableStream']];
const CANCELLED = [['cancelled', 'ReadableStream']];

describe('a ReadableStream', () => {
	it('is the same object, not locked, not pulled, with no member that shows', async () => {
		const { stream, places } = source();
		const { result, events } = woven(stream);
		await quiet();
		expect(result).toBe(stream);
		expect(result.locked).toBe(false);
		expect(Object.keys(result)).toEqual([]);
		expect([places, events]).toEqual([[], []]);
	});

	const ways: [string, (stream: ReadableStream<unknown>) => Promise<unknown>][] = [
		['getReader()', readAll],
		['for await', drain],
		[
			'values()',
			async (stream) => {
				const all = [];
				for await (const chunk of stream.values({ preventCancel: true })) all.push(chunk);
				return all;
			},
		],
		[
			'pipeTo()',
			async (stream) => {
				const chunks: unknown[] = [];
				await stream.pipeTo(sink(chunks));
				return chunks;
			},
		],
		['pipeThrough()', (stream) => drain(stream.pipeThrough(new TransformStream()))],
		['a branch of tee()', (stream) => drain(stream.tee()[1])],
		['a branch of a branch', (stream) => drain(stream.tee()[0].tee()[1])],
		['Readable.fromWeb()', (stream) => Readable.fromWeb(stream as never, { objectMode: true }).toArray()],
	];

	it.each(ways)('ends when %s has taken it whole, pulled in the context of the invocation', async (name, take) => {
		const made = source();
		await quiet();
		const { result, events } = woven(made.stream);
		expect(await at('consumer', () => take(result))).toEqual([0, 1, 2]);
		await quiet();
		expect(events).toEqual(DONE);
		expect(made.places.length).toBe(4);
		// Where a destination asked to wait, Node 24 pulls again in the context in which that became ready.
		expect(new Set(name === 'pipeThrough()' ? made.places.slice(0, 1) : made.places)).toEqual(new Set(['inside']));
	});

	it.each(ways)('fails when its source fails below %s', async (_, take) => {
		const reason = new Error('no');
		const { result, events } = woven(source(1, { error: reason }).stream);
		expect(await take(result).catch((error: unknown) => error)).toBe(reason);
		await quiet();
		expect(events).toEqual([['failed', reason]]);
	});

	it('tells its items, once each', async () => {
		for (const [name, take] of ways) {
			const { result, events } = woven(source(2).stream, { items: true });
			await take(result);
			await quiet();
			expect([name, events]).toEqual([name, [['item', 0], ['item', 1], ...DONE]]);
		}
	});

	it('tells the item that closes it, before its end', async () => {
		const full = new ReadableStream({
			start(controller) {
				controller.enqueue(1);
				controller.enqueue(2);
				controller.close();
			},
		});
		const { result, events } = woven(full, { items: true });
		const reader = (result as ReadableStream).getReader();
		while (!(await reader.read()).done);
		expect(events).toEqual([
			['item', 1],
			['item', 2],
			['done', undefined, 'ReadableStream'],
		]);
	});

	it('is cancelled by cancel(), a reader’s cancel() and a break', async () => {
		const whole = source();
		const first = woven(whole.stream);
		await first.result.cancel('why');
		expect([first.events, whole.cancelled]).toEqual([CANCELLED, 'why']);

		const read = source();
		const second = woven(read.stream);
		const reader = second.result.getReader();
		await reader.read();
		await reader.cancel('why');
		expect([second.events, read.cancelled]).toEqual([CANCELLED, 'why']);

		const third = woven(source().stream);
		for await (const _ of third.result) break;
		expect(third.events).toEqual(CANCELLED);
	});

	it('fails when its source cannot be cancelled', async () => {
		const reason = new Error('stuck');
		const { result, events } = woven(source(3, { cancel: () => Promise.reject(reason) }).stream);
		expect(await result.cancel().catch((error: unknown) => error)).toBe(reason);
		expect(events).toEqual([['failed', reason]]);
	});

	it('goes on after releaseLock() and after a break with preventCancel', async () => {
		const { result, events } = woven(source().stream);
		const reader = result.getReader();
		await reader.read();
		reader.releaseLock();
		expect(await reader.closed.catch((error: unknown) => (error as Error).name)).toBe('TypeError');
		for await (const _ of result.values({ preventCancel: true })) break;
		await quiet();
		expect([result.locked, events]).toEqual([false, []]);
		expect(await readAll(result)).toEqual([2]);
		expect(events).toEqual(DONE);
	});

	it('refuses what it refuses bare, and goes on', async () => {
		const bare = source().stream;
		const { result, events } = woven(source().stream);
		const refusals = async (stream: ReadableStream<unknown>) => {
			const seen: unknown[] = [
				thrownBy(() => stream.getReader({ mode: 'byob' } as never)),
				thrownBy(() => stream.pipeThrough({} as never)),
				thrownBy(() => stream.pipeThrough(undefined as never)),
				thrownBy(() => stream.pipeThrough(new TransformStream(), { signal: 'no' } as never)),
				await stream.pipeTo({} as never).catch((error: unknown) => error),
				await stream.pipeTo(sink(), { signal: 'no' } as never).catch((error: unknown) => error),
			];
			const reader = stream.getReader();
			seen.push(
				thrownBy(() => stream.getReader()),
				thrownBy(() => stream.tee()),
				thrownBy(() => stream.values()),
				thrownBy(() => stream.pipeThrough(new TransformStream())),
				await stream.cancel().catch((error: unknown) => error),
				await stream.pipeTo(sink()).catch((error: unknown) => error),
			);
			reader.releaseLock();
			seen.push(await reader.cancel().catch((error: unknown) => error));
			return seen.map((error) => `${(error as Error).name}: ${(error as Error).message}`);
		};
		expect(await refusals(result)).toEqual(await refusals(bare));
		await quiet();
		expect(events).toEqual([]);
		expect(await readAll(result)).toEqual([0, 1, 2]);
		expect(events).toEqual(DONE);
	});

	it('is left when the destination of a pipe fails, unless it prevents the cancel', async () => {
		const broken = () =>
			new WritableStream({
				write() {
					throw new Error('full');
				},
			});
		const made = source();
		const left = woven(made.stream);
		expect(await left.result.pipeTo(broken()).catch((error: Error) => error.message)).toBe('full');
		expect([left.events, (made.cancelled as Error).message]).toEqual([CANCELLED, 'full']);

		const kept = woven(source().stream);
		await kept.result.pipeTo(broken(), { preventCancel: true }).catch(() => undefined);
		expect([kept.events, kept.result.locked]).toEqual([[], false]);
	});

	it('is left when the signal of a pipe aborts', async () => {
		const { result, events } = woven(source(1e6).stream);
		const abort = new AbortController();
		const piped = result.pipeTo(sink(), { signal: abort.signal });
		abort.abort();
		expect(await piped.catch((error: Error) => error.name)).toBe('AbortError');
		expect(events).toEqual(CANCELLED);
	});

	it('is cancelled when both branches of its tee are', async () => {
		const { result, events } = woven(source().stream);
		const [left, right] = result.tee();
		const first = left.cancel('a');
		await quiet();
		expect(events).toEqual([]);
		await Promise.all([first, right.cancel('b')]);
		expect(events).toEqual(CANCELLED);
	});

	it('is read byte by byte as bare', async () => {
		const read = async (stream: ReadableStream<Uint8Array>) => {
			const reader = stream.getReader({ mode: 'byob' });
			const seen: unknown[] = [];
			for (;;) {
				const { done, value } = await reader.read(new Uint8Array(2));
				if (done) return seen;
				seen.push(new TextDecoder().decode(value));
			}
		};
		const { result, events } = woven(bytes(['abc', 'd']));
		expect(await read(result)).toEqual(await read(bytes(['abc', 'd'])));
		expect(events).toEqual(DONE);
	});

	it('serves as a body, and is consumed as text', async () => {
		const body = woven(bytes(['abc', 'd']));
		expect(await new Response(body.result as never).text()).toBe('abcd');
		expect(body.events).toEqual(DONE);

		const cloned = woven(bytes(['abc']));
		const response = new Response(cloned.result as never);
		expect([await response.clone().text(), await response.text()]).toEqual(['abc', 'abc']);
		expect(cloned.events).toEqual(DONE);

		const consumed = woven(bytes(['abc']));
		expect(await text(consumed.result as never)).toBe('abc');
		expect(consumed.events).toEqual(DONE);
	});

	it('with an iteration of its owner’s, which reads by getReader(), tells its items once', async () => {
		const { stream } = source(2);
		const own = Object.assign(stream, {
			[Symbol.asyncIterator](this: ReadableStream<unknown>) {
				const reader = this.getReader();
				return { next: () => reader.read(), return: () => reader.cancel() };
			},
		});
		const { result, events } = woven(own, { items: true });
		expect(await drain(result)).toEqual([0, 1]);
		expect(events).toEqual([['item', 0], ['item', 1], ...DONE]);
	});

	it('that is frozen ends at return', async () => {
		const { result, events } = woven(Object.freeze(source().stream));
		expect(events.length).toBe(1);
		expect(await drain(result)).toEqual([0, 1, 2]);
	});

	it('ends every invocation that answers it, pulled in the innermost context', async () => {
		const made = source(1);
		await quiet();
		const inner = woven(made.stream, { name: 'inner', items: true });
		const outer = woven(inner.result, { name: 'outer', items: true });
		expect(await at('consumer', () => readAll(outer.result))).toEqual([0]);
		expect([inner.events, outer.events]).toEqual([
			[['item', 0], ...DONE],
			[['item', 0], ...DONE],
		]);
		expect(new Set(made.places)).toEqual(new Set(['inner']));
	});
});
