import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { meterStreams } from '../../../../lib/tokens/model-calls/stream-parts.js';
import { StreamUsage } from '../../../../lib/usage/formats/stream-usage.js';
import { failureOf } from '../../../contract/harness.js';

/** A source of three numbers that records the calls of its methods. */
class Source {
	readonly done: string[] = [];
	readonly stream: ReadableStream<number>;

	constructor(broken = false) {
		let next = 0;
		this.stream = new ReadableStream<number>(
			{
				pull: (controller) => {
					this.done.push(`pull ${++next}`);
					if (broken && next === 2) controller.error('broken');
					else controller.enqueue(next);
					if (next === 3) controller.close();
				},
				cancel: (reason) => void this.done.push(`cancel ${reason}`),
			},
			{ highWaterMark: 0 },
		);
	}
}

/** Passes chunks on, and requests one only when its reader does. */
const through = () => new TransformStream<number, number>({}, { highWaterMark: 1 }, { highWaterMark: 0 });

async function all(stream: ReadableStream<unknown>): Promise<unknown[]> {
	const chunks: unknown[] = [];
	for await (const chunk of stream) chunks.push(chunk);
	return chunks;
}

type Scenario = (stream: ReadableStream<number>) => Promise<unknown>;

const scenarios: Readonly<Record<string, Scenario>> = {
	'pipeThrough, read to its end': (stream) => all(stream.pipeThrough(through())),
	'pipeThrough, not read': async (stream) => {
		stream.pipeThrough(through());
		await turn();
		return stream.locked;
	},
	'pipeThrough, one chunk read': async (stream) => {
		const reader = stream.pipeThrough(through()).getReader();
		return [await reader.read(), await turn()];
	},
	'pipeThrough, left': async (stream) => {
		for await (const chunk of stream.pipeThrough(through())) return [chunk, await turn()];
		return 'empty';
	},
	'pipeThrough of what is no pair': (stream) => failureOf(async () => stream.pipeThrough({} as never)),
	'pipeThrough with a signal': async (stream) => {
		const abort = new AbortController();
		const reader = stream.pipeThrough(through(), { signal: abort.signal }).getReader();
		const first = await reader.read();
		abort.abort('enough');
		return [first, await failureOf(() => reader.read()), await turn()];
	},
	'pipeThrough twice': async (stream) => {
		stream.pipeThrough(through());
		return (await failureOf(async () => stream.pipeThrough(through()))) !== undefined;
	},
	pipeTo: async (stream) => {
		const written: number[] = [];
		const answer = await stream.pipeTo(new WritableStream({ write: (chunk) => void written.push(chunk) }));
		return [answer, written, stream.locked];
	},
	'pipeTo a sink that fails': async (stream) => {
		const failing = new WritableStream<number>({ write: () => Promise.reject('full') });
		return [await failureOf(() => stream.pipeTo(failing)), stream.locked];
	},
	'pipeTo a sink that fails, the source kept open': async (stream) => {
		const failing = new WritableStream<number>({ write: () => Promise.reject('full') }, { highWaterMark: 1 });
		const failed = await failureOf(() => stream.pipeTo(failing, { preventCancel: true }));
		await turn();
		return [failed, stream.locked, (await all(stream)).at(-1)];
	},
	'tee, one branch piped and the other left': async (stream) => {
		const [branch, leftBranch] = stream.tee();
		// The promise of `cancel()` waits for the other branch.
		void leftBranch.cancel('not needed');
		return all(branch.pipeThrough(through()));
	},
	'read without a pipe': (stream) => all(stream),
};

describe('a stream that is watched while it is piped', () => {
	const cases = Object.entries(scenarios).flatMap(([name, play]) => [
		[name, false, play] as const,
		[`${name}, of a broken source`, true, play] as const,
	]);

	it.each(cases)('%s: behaves as a stream that is not watched', async (_, broken, play) => {
		const outcome = async (metered: boolean) => {
			const source = new Source(broken);
			const model = { generate: async () => source.stream };
			if (metered) meterStreams(model, 'generate', {});
			const given = await model.generate();
			expect(given).toBe(source.stream);
			const end = await play(given).then(
				(value) => ({ value }),
				(error) => ({ error }),
			);
			await turn();
			return { end, done: source.done };
		};
		expect(await outcome(true)).toEqual(await outcome(false));
	});

	it.each([
		['pipeThrough', [1, 2, 3], true, scenarios['pipeThrough, read to its end']],
		['pipeTo', [1, 2, 3], true, scenarios['pipeTo']],
		['a branch that is piped', [1, 2, 3], true, scenarios['tee, one branch piped and the other left']],
		['iteration', [1, 2, 3], true, scenarios['read without a pipe']],
	] as const)('%s: each chunk is added once, and then the end', async (_, chunks, whole, play) => {
		const added: unknown[] = [];
		const ends: boolean[] = [];
		class RecordingUsage extends StreamUsage {
			override add(chunk: unknown): void {
				added.push(chunk);
			}
			override usage(complete: boolean) {
				ends.push(complete);
				return undefined;
			}
		}
		const source = new Source();
		const model = { generate: async () => source.stream };
		meterStreams(model, 'generate', { stream: () => new RecordingUsage() });
		await play?.(await model.generate());
		await turn();
		expect([added, ends]).toEqual([chunks, [whole]]);
	});

	it('passes a value that is no stream, and a rejection', async () => {
		const value = { usage: { prompt_tokens: 1 } };
		const model = { generate: async () => value, fail: () => Promise.reject('no'), now: () => value };
		for (const key of Object.keys(model)) expect(meterStreams(model, key, {})).toBe(true);
		expect(await model.generate()).toBe(value);
		expect(model.now()).toBe(value);
		expect(await failureOf(() => model.fail())).toEqual({ thrown: 'no' });
		expect(meterStreams(model, 'none', {})).toBe(false);
	});
});
