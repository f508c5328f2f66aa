import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Observable } from 'rxjs';

/** How long every producer works on each of its three chunks, and how long a slow consumer handles one, in ms. */
export const PRODUCER = 30;
export const CONSUMER = 300;

/**
 * Waits at least `ms`: a timer counts from the beginning of the loop's turn, on a busy machine some milliseconds ago.
 */
export async function wait(ms: number): Promise<void> {
	const until = performance.now() + ms;
	for (let left = ms; left > 0; left = until - performance.now()) {
		await new Promise<void>((resolve) => setTimeout(resolve, left));
	}
}

type Handle = (chunk: unknown) => Promise<void>;

/** One kind of stream, and one way to consume it. */
export interface Kind {
	readonly name: string;
	/** A producer of 'a', 'b', 'c' (or their bytes), each of them after its time. */
	readonly make: () => unknown;
	/** Consumes what the method returned, and passes each chunk to the consumer's work. */
	readonly consume: (result: never, handle: Handle) => Promise<unknown>;
	/** True if the producer continues while the consumer works: then the consumer need not wait. */
	readonly ahead?: boolean;
	readonly bytes?: number;
	/** The number of chunks. @default 3 */
	readonly chunks?: number;
}

async function* words(): AsyncGenerator<string> {
	for (const word of ['a', 'b', 'c']) {
		await wait(PRODUCER);
		yield word;
	}
}

/** An async iterator by hand, without `return`. */
function iterator(): AsyncIterableIterator<string> {
	const inner = words();
	return {
		next: () => inner.next(),
		[Symbol.asyncIterator]() {
			return this;
		},
	};
}

/** Like the streams of the model SDKs: an iterable with members of its own. */
class ModelStream {
	readonly controller = new AbortController();
	[Symbol.asyncIterator]() {
		return words();
	}
}

/** Rows, which `next()` returns as they are, and whose iteration is another iterator. */
class Cursor {
	readonly #words = words();
	async next(): Promise<unknown> {
		const { done, value } = await this.#words.next();
		return done ? null : { row: value };
	}
	async *[Symbol.asyncIterator]() {
		for (let row = await this.next(); row !== null; row = await this.next()) yield row;
	}
	async close() {
		await this.#words.return(undefined);
	}
	async return() {
		return { done: true, value: undefined };
	}
}

const encode = (text: string) => new TextEncoder().encode(text);

/** Closes with its last chunk, and pulls only what is requested. */
function web(convert: (word: string) => unknown = (word) => word): ReadableStream<unknown> {
	const left = ['a', 'b', 'c'];
	return new ReadableStream(
		{
			async pull(controller) {
				await wait(PRODUCER);
				controller.enqueue(convert(left.shift() ?? ''));
				if (left.length === 0) controller.close();
			},
		},
		{ highWaterMark: 0 },
	);
}

function webBytes(): ReadableStream<Uint8Array> {
	const left = ['a', 'b', 'c'];
	return new ReadableStream(
		{
			type: 'bytes',
			async pull(controller) {
				await wait(PRODUCER);
				const word = left.shift();
				if (word !== undefined) controller.enqueue(encode(word));
				else {
					controller.close();
					controller.byobRequest?.respond(0);
				}
			},
		},
		{ highWaterMark: 0 },
	);
}

/** Works ahead by one chunk. */
function node(options: { objectMode?: boolean; encoding?: BufferEncoding } = { encoding: 'utf8' }): Readable {
	const left = ['a', 'b', 'c'];
	return new Readable({
		highWaterMark: 1,
		...options,
		read() {
			void wait(PRODUCER).then(() => this.push(left.shift() ?? null));
		},
	});
}

function observable(): Observable<string> {
	return new Observable((subscriber) => {
		void (async () => {
			for await (const word of words()) subscriber.next(word);
			subscriber.complete();
		})();
	});
}

async function iterate(stream: AsyncIterable<unknown>, handle: Handle): Promise<void> {
	for await (const chunk of stream) await handle(chunk);
}

async function read(stream: ReadableStream<unknown>, handle: Handle): Promise<void> {
	const reader = stream.getReader();
	for (let step = await reader.read(); !step.done; step = await reader.read()) await handle(step.value);
}

/** Listens, and pauses the stream while it works. */
function listen(stream: Readable, handle: Handle): Promise<void> {
	return new Promise((resolve) => {
		stream.on('end', resolve);
		stream.on('data', async (chunk) => {
			stream.pause();
			await handle(chunk);
			stream.resume();
		});
	});
}

/** Reads when there is something to read. */
function readWhenReadable(stream: Readable, handle: Handle): Promise<void> {
	return new Promise((resolve) => {
		let working = Promise.resolve();
		stream.on('end', resolve);
		stream.on('readable', () => {
			working = working.then(async () => {
				for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) await handle(chunk);
			});
		});
	});
}

function slowly(handle: Handle): Writable {
	return new Writable({
		objectMode: true,
		highWaterMark: 1,
		write: (chunk, _encoding, done) => void handle(chunk).then(() => done()),
	});
}

function sink(handle: Handle): WritableStream<unknown> {
	return new WritableStream({ write: (chunk) => handle(chunk) }, { highWaterMark: 1 });
}

async function all(source: Observable<unknown>): Promise<void> {
	await new Promise<void>((complete) => source.subscribe({ next() {}, complete }));
}

export const KINDS: readonly Kind[] = [
	{ name: 'an async generator', make: words, consume: iterate },
	{ name: 'an async iterator', make: iterator, consume: iterate },
	{ name: 'a promise of an async generator', make: async () => words(), consume: iterate },
	{
		name: 'a thenable of an async generator',
		make: () => ({ then: (done: (stream: unknown) => void) => void setTimeout(() => done(words()), 1) }),
		consume: async (query: PromiseLike<AsyncGenerator>, handle) => iterate(await query, handle),
	},
	{
		name: 'a watched member',
		make: () => ({ stream: words() }),
		consume: ({ stream }: { stream: AsyncGenerator }, handle) => iterate(stream, handle),
	},
	{ name: 'an iterable with members', make: () => new ModelStream(), consume: iterate },
	{ name: 'a cursor that is iterated', make: () => new Cursor(), consume: iterate },
	{
		name: 'a cursor whose next() is called by hand',
		make: () => new Cursor(),
		consume: async (cursor: Cursor, handle) => {
			for (let row = await cursor.next(); row !== null; row = await cursor.next()) await handle(row);
			await cursor.return();
		},
	},
	{ name: 'a web stream by a reader', make: web, consume: read },
	{ name: 'a web stream by for await', make: web, consume: iterate },
	{
		name: 'a web stream by values()',
		make: web,
		consume: (stream: ReadableStream, handle) => iterate(stream.values({ preventCancel: true }), handle),
	},
	{
		name: 'a web stream by a branch of tee()',
		make: web,
		consume: (stream: ReadableStream, handle) => iterate(stream.tee()[1], handle),
		ahead: true,
	},
	{
		name: 'a web stream by pipeTo()',
		make: web,
		consume: (stream: ReadableStream, handle) => stream.pipeTo(sink(handle)),
	},
	{
		name: 'a web stream by pipeThrough()',
		make: web,
		consume: (stream: ReadableStream, handle) =>
			iterate(stream.pipeThrough(new TransformStream(undefined, { highWaterMark: 1 }, { highWaterMark: 0 })), handle),
	},
	{
		name: 'a web stream by Response.text()',
		make: () => web(encode),
		consume: (stream: ReadableStream) => new Response(stream).text(),
		bytes: 3,
	},
	{
		name: 'a web stream by Readable.fromWeb()',
		make: web,
		consume: (stream: never, handle) =>
			iterate(Readable.fromWeb(stream, { objectMode: true, highWaterMark: 1 }), handle),
		ahead: true,
	},
	{
		name: 'a stream of bytes, read into the consumer’s buffer',
		make: webBytes,
		consume: async (stream: ReadableStream<Uint8Array>, handle) => {
			const reader = stream.getReader({ mode: 'byob' });
			for (;;) {
				const step = await reader.read(new Uint8Array(8));
				if (step.done) return;
				await handle(step.value);
			}
		},
		bytes: 3,
	},
	{ name: 'a Node stream by for await', make: node, consume: iterate, ahead: true },
	{ name: 'a Node stream by data events', make: node, consume: listen, ahead: true },
	{ name: 'a Node stream by read()', make: node, consume: readWhenReadable, ahead: true },
	{
		name: 'a Node stream by pipeline()',
		make: () => node({ objectMode: true }),
		consume: (stream: Readable, handle) => pipeline(stream, slowly(handle)),
		ahead: true,
	},
	{
		name: 'a Node stream of buffers',
		make: () => node({}),
		consume: listen,
		ahead: true,
		bytes: 3,
	},
	{
		name: 'a transform stream',
		make: () => {
			const through = new PassThrough({ objectMode: true });
			void pipeline(node({ objectMode: true }), through);
			return through;
		},
		consume: iterate,
		ahead: true,
	},
	{ name: 'an observable', make: observable, consume: all, ahead: true },
];
