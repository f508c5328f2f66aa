import { expect } from '@jest/globals';
import { abandonOpenSettlements } from '../../../lib/settling/common/finalization.js';
import { type End, type Fact, fact, type Trial, where } from '../fact.js';
import { failureOf, mark, settled } from '../harness.js';

const OK: End = { outcome: 'ok', result: 'ReadableStream' };
const CANCELLED: End = { outcome: 'cancelled' };

/** A source that counts its pulls, records where they run, and is pulled only on demand. */
class Source {
	pulls = 0;
	cancelled: unknown;
	readonly places: string[] = [];

	constructor(
		readonly chunks: string[] = ['a', 'b'],
		readonly fails?: Error,
	) {}

	stream(): ReadableStream<string> {
		const queue = [...this.chunks];
		return new ReadableStream<string>(
			{
				pull: (controller) => {
					this.pulls++;
					this.places.push(where());
					const chunk = queue.shift();
					if (chunk !== undefined) controller.enqueue(chunk);
					else if (this.fails) controller.error(this.fails);
					else controller.close();
				},
				cancel: (reason) => {
					this.cancelled = reason;
				},
			},
			{ highWaterMark: 0 },
		);
	}
}

async function woven(trial: Trial, source: Source): Promise<ReadableStream<string>> {
	const bare = source.stream();
	const stream = (await trial.weave(() => bare)()) as ReadableStream<string>;
	expect(stream).toBe(bare);
	await trial.underWay();
	return stream;
}

async function readAll(stream: ReadableStream<string>): Promise<string[]> {
	const reader = stream.getReader();
	const seen: string[] = [];
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return seen;
		seen.push(value);
	}
}

/** Facts about web streams, with every way to consume one. */
export const webStreamFacts: readonly Fact[] = [
	fact('a web stream is neither locked nor pulled because of the toolkit', async (trial) => {
		const source = new Source();
		const stream = await woven(trial, source);
		expect([stream.locked, source.pulls, Object.keys(stream)]).toEqual([false, 0, []]);
		abandonOpenSettlements();
		await trial.ended({ outcome: 'unknown' });
	}),
	fact('a web stream read by getReader() ends with its last chunk, its pulls inside', async (trial) => {
		const source = new Source();
		const stream = await woven(trial, source);
		expect(await readAll(stream)).toEqual(['a', 'b']);
		expect(where()).toBe('outside');
		expect(source.places).toEqual(['inside', 'inside', 'inside']);
		await trial.ended(OK);
	}),
	fact('for await over a web stream ends with its last chunk', async (trial) => {
		const source = new Source();
		const stream = await woven(trial, source);
		const places: string[] = [];
		for await (const _ of stream) {
			places.push(where());
			mark('consumer');
		}
		expect([places, source.places]).toEqual([
			['outside', 'outside'],
			['inside', 'inside', 'inside'],
		]);
		await trial.ended(OK, { outside: ['consumer', 'consumer'] });
	}),
	fact('break cancels a web stream', async (trial) => {
		const source = new Source();
		for await (const _ of await woven(trial, source)) break;
		expect(source.pulls).toBe(1);
		await trial.ended(CANCELLED);
	}),
	fact('cancel() reaches the source with its reason', async (trial) => {
		const source = new Source();
		await (await woven(trial, source)).cancel('enough');
		expect([source.cancelled, source.pulls]).toEqual(['enough', 0]);
		await trial.ended(CANCELLED);
	}),
	fact('pipeTo() ends a web stream', async (trial) => {
		const written: string[] = [];
		const sink = new WritableStream<string>({ write: (chunk) => void written.push(chunk) });
		await (await woven(trial, new Source())).pipeTo(sink);
		expect(written).toEqual(['a', 'b']);
		await trial.ended(OK);
	}),
	fact('pipeThrough() ends a web stream', async (trial) => {
		const stream = await woven(trial, new Source());
		const upper = new TransformStream<string, string>({
			transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()),
		});
		expect(await readAll(stream.pipeThrough(upper))).toEqual(['A', 'B']);
		await trial.ended(OK);
	}),
	fact('the branches of tee() end a web stream with the first that is whole', async (trial) => {
		const [one, two] = (await woven(trial, new Source())).tee();
		expect(await readAll(one)).toEqual(['a', 'b']);
		await settled();
		await trial.ended(OK);
		expect(await readAll(two)).toEqual(['a', 'b']);
	}),
	fact('both branches of tee() cancelled is cancelled', async (trial) => {
		const source = new Source();
		const [one, two] = (await woven(trial, source)).tee();
		await Promise.all([one.cancel('x'), two.cancel('y')]);
		expect(source.cancelled).toEqual(['x', 'y']);
		await trial.ended(CANCELLED);
	}),
	fact('an error of a web stream is the same error', async (trial) => {
		const thrown = new RangeError('torn');
		const stream = await woven(trial, new Source(['a'], thrown));
		expect((await failureOf(() => readAll(stream)))?.thrown).toBe(thrown);
		await trial.ended({ outcome: 'error', type: 'RangeError', message: 'torn' });
	}),
	fact('a BYOB reader fills its own buffer', async (trial) => {
		let left = 2;
		const bare = new ReadableStream({
			type: 'bytes',
			pull(controller) {
				const { byobRequest } = controller as ReadableByteStreamController;
				const view = byobRequest?.view as Uint8Array | null | undefined;
				if (left-- > 0 && view) {
					view[0] = 7;
					byobRequest?.respond(1);
				} else {
					controller.close();
					byobRequest?.respond(0);
				}
			},
		});
		const stream = (await trial.weave(() => bare)()) as ReadableStream<Uint8Array>;
		await trial.underWay();
		const reader = stream.getReader({ mode: 'byob' });
		const bytes: number[] = [];
		for (;;) {
			const { done, value } = await reader.read(new Uint8Array(4));
			if (done || value === undefined) break;
			bytes.push(...value);
		}
		expect(bytes).toEqual([7, 7]);
		await trial.ended(OK);
	}),
	fact('a released reader leaves the web stream open for the next one', async (trial) => {
		const stream = await woven(trial, new Source());
		const reader = stream.getReader();
		expect(await reader.read()).toEqual({ done: false, value: 'a' });
		reader.releaseLock();
		await trial.underWay();
		expect(await readAll(stream)).toEqual(['b']);
		await trial.ended(OK);
	}),
	fact('a web stream can still be the body of a response', async (trial) => {
		const encoder = new TextEncoder();
		const bare = new ReadableStream({
			start(controller) {
				controller.enqueue(encoder.encode('hello'));
				controller.close();
			},
		});
		const stream = (await trial.weave(() => bare)()) as ReadableStream;
		await trial.underWay();
		expect(await new Response(stream).text()).toBe('hello');
		await trial.ended(OK);
	}),
];
