import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { contextName, inContext, thrownBy, waitForTurns, woven } from '../recorder.js';

interface Source {
	readonly stream: ReadableStream<unknown>;
	readonly contexts: unknown[];
	cancelled: unknown;
	controller: ReadableStreamDefaultController;
}

/** A source that delivers numbers on demand, and records in which contexts it is pulled. */
function source(count = 3, options: { error?: unknown; cancel?: () => unknown } = {}): Source {
	const created = { contexts: [] as unknown[], cancelled: undefined as unknown } as Source & { stream: ReadableStream };
	let i = 0;
	const stream = new ReadableStream(
		{
			start(controller) {
				created.controller = controller;
			},
			pull(controller) {
				created.contexts.push(contextName());
				if (i < count) controller.enqueue(i++);
				else if (options.error !== undefined) controller.error(options.error);
				else controller.close();
			},
			cancel(reason) {
				created.cancelled = reason;
				return options.cancel?.() as never;
			},
		},
		{ highWaterMark: 0 },
	);
	return Object.assign(created, { stream });
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

function sink(chunks: unknown[] = []): WritableStream<unknown> {
	return new WritableStream({ write: (chunk) => void chunks.push(chunk) });
}

const DONE = [['done', undefined, 'ReadableStream']];
const CANCELLED = [['cancelled', 'ReadableStream']];

describe('a ReadableStream', () => {
	it('is the same object, not locked, not pulled, without enumerable members', async () => {
		const { stream, contexts } = source();
		const { result, events } = woven(stream);
		await waitForTurns();
		expect(result).toBe(stream);
		expect(result.locked).toBe(false);
		expect(Object.keys(result)).toEqual([]);
		expect([contexts, events]).toEqual([[], []]);
	});

	const consumers: [string, (stream: ReadableStream<unknown>) => Promise<unknown>][] = [
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

	it.each(consumers)(
		'ends when %s consumed it completely, and is pulled in the context of the invocation',
		async (name, consume) => {
			const created = source();
			await waitForTurns();
			const { result, events } = woven(created.stream);
			expect(await inContext('consumer', () => consume(result))).toEqual([0, 1, 2]);
			await waitForTurns();
			expect(events).toEqual(DONE);
			expect(created.contexts.length).toBe(4);
			// After the destination applied backpressure, Node 24 pulls in the context in which the destination became ready.
			expect(new Set(name === 'pipeThrough()' ? created.contexts.slice(0, 1) : created.contexts)).toEqual(
				new Set(['inside']),
			);
		},
	);

	it.each(consumers)('fails when its source fails during %s', async (_, consume) => {
		const reason = new Error('no');
		const { result, events } = woven(source(1, { error: reason }).stream);
		expect(await consume(result).catch((error: unknown) => error)).toBe(reason);
		await waitForTurns();
		expect(events).toEqual([['failed', reason]]);
	});

	it('reports each item once', async () => {
		for (const [name, consume] of consumers) {
			const { result, events } = woven(source(2).stream, { items: true });
			await consume(result);
			await waitForTurns();
			expect([name, events]).toEqual([name, [['item', 0], ['item', 1], ...DONE]]);
		}
	});

	it('reports its last item before its end', async () => {
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
		const unread = source();
		const first = woven(unread.stream);
		await first.result.cancel('why');
		expect([first.events, unread.cancelled]).toEqual([CANCELLED, 'why']);

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

	it('continues after releaseLock() and after a break with preventCancel', async () => {
		const { result, events } = woven(source().stream);
		const reader = result.getReader();
		await reader.read();
		reader.releaseLock();
		expect(await reader.closed.catch((error: unknown) => (error as Error).name)).toBe('TypeError');
		for await (const _ of result.values({ preventCancel: true })) break;
		await waitForTurns();
		expect([result.locked, events]).toEqual([false, []]);
		expect(await readAll(result)).toEqual([2]);
		expect(events).toEqual(DONE);
	});

	it('rejects the same arguments as without weaving, and continues', async () => {
		const bare = source().stream;
		const { result, events } = woven(source().stream);
		const refusals = async (stream: ReadableStream<unknown>) => {
			const received: unknown[] = [
				thrownBy(() => stream.getReader({ mode: 'byob' } as never)),
				thrownBy(() => stream.pipeThrough({} as never)),
				thrownBy(() => stream.pipeThrough(undefined as never)),
				thrownBy(() => stream.pipeThrough(new TransformStream(), { signal: 'no' } as never)),
				await stream.pipeTo({} as never).catch((error: unknown) => error),
				await stream.pipeTo(sink(), { signal: 'no' } as never).catch((error: unknown) => error),
			];
			const reader = stream.getReader();
			received.push(
				thrownBy(() => stream.getReader()),
				thrownBy(() => stream.tee()),
				thrownBy(() => stream.values()),
				thrownBy(() => stream.pipeThrough(new TransformStream())),
				await stream.cancel().catch((error: unknown) => error),
				await stream.pipeTo(sink()).catch((error: unknown) => error),
			);
			reader.releaseLock();
			received.push(await reader.cancel().catch((error: unknown) => error));
			return received.map((error) => `${(error as Error).name}: ${(error as Error).message}`);
		};
		expect(await refusals(result)).toEqual(await refusals(bare));
		await waitForTurns();
		expect(events).toEqual([]);
		expect(await readAll(result)).toEqual([0, 1, 2]);
		expect(events).toEqual(DONE);
	});

	it('is cancelled when the destination of a pipe fails, unless preventCancel is set', async () => {
		const broken = () =>
			new WritableStream({
				write() {
					throw new Error('full');
				},
			});
		const created = source();
		const cancelled = woven(created.stream);
		expect(await cancelled.result.pipeTo(broken()).catch((error: Error) => error.message)).toBe('full');
		expect([cancelled.events, (created.cancelled as Error).message]).toEqual([CANCELLED, 'full']);

		const kept = woven(source().stream);
		await kept.result.pipeTo(broken(), { preventCancel: true }).catch(() => undefined);
		expect([kept.events, kept.result.locked]).toEqual([[], false]);
	});

	it('is cancelled when the signal of a pipe aborts', async () => {
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
		await waitForTurns();
		expect(events).toEqual([]);
		await Promise.all([first, right.cancel('b')]);
		expect(events).toEqual(CANCELLED);
	});

	it('is read as bytes like without weaving', async () => {
		const read = async (stream: ReadableStream<Uint8Array>) => {
			const reader = stream.getReader({ mode: 'byob' });
			const received: unknown[] = [];
			for (;;) {
				const { done, value } = await reader.read(new Uint8Array(2));
				if (done) return received;
				received.push(new TextDecoder().decode(value));
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

	it('with a custom iteration that uses getReader() reports its items once', async () => {
		const { stream } = source(2);
		const custom = Object.assign(stream, {
			[Symbol.asyncIterator](this: ReadableStream<unknown>) {
				const reader = this.getReader();
				return { next: () => reader.read(), return: () => reader.cancel() };
			},
		});
		const { result, events } = woven(custom, { items: true });
		expect(await drain(result)).toEqual([0, 1]);
		expect(events).toEqual([['item', 0], ['item', 1], ...DONE]);
	});

	it('that is frozen ends when it is returned', async () => {
		const { result, events } = woven(Object.freeze(source().stream));
		expect(events.length).toBe(1);
		expect(await drain(result)).toEqual([0, 1, 2]);
	});

	it('ends every invocation that returns it, and is pulled in the innermost context', async () => {
		const created = source(1);
		await waitForTurns();
		const inner = woven(created.stream, { name: 'inner', items: true });
		const outer = woven(inner.result, { name: 'outer', items: true });
		expect(await inContext('consumer', () => readAll(outer.result))).toEqual([0]);
		expect([inner.events, outer.events]).toEqual([
			[['item', 0], ...DONE],
			[['item', 0], ...DONE],
		]);
		expect(new Set(created.contexts)).toEqual(new Set(['inner']));
	});
});
