import { describe, expect, it } from '@jest/globals';
import { createDecorator, type Outcome, type Streamed } from '../../extend.js';
import { traced } from '../../index.js';
import { allPoints, startSdk, stopSdk, streamed, timeline } from './harness.js';
import { Source } from './streams/measure.js';

describe('the histogram agentese.stream.time_to_first_chunk', () => {
	const POINT = {
		name: 'agentese.stream.time_to_first_chunk',
		unit: 'ms',
		boundaries: [1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000, 30000, 60000, 120000],
	};
	const found = async () => (await allPoints()).filter(({ name }) => name === POINT.name);

	it.each([true, false])('counts each metered stream that had a first chunk, traced or not (%s)', async (traces) => {
		startSdk({ traces });
		const source = new Source();
		const open = (chunks: number[], fails = false) =>
			source.open(null, async function* () {
				yield* chunks;
				if (fails) throw new Error('torn');
			}) as AsyncGenerator;
		for (const stream of [open([1]), open([1, 2]), open([])]) for await (const _ of stream);
		await Array.fromAsync(open([1], true)).catch(() => undefined);
		for await (const _ of open([1, 2])) break;
		source.open(null, () => 7);
		const labels = { 'agentese.path': 'world.source.open', 'agentese.context': 'world' };
		expect(await found()).toEqual([
			{ ...POINT, labels: { ...labels, 'agentese.outcome': 'cancelled' }, value: 1 },
			{ ...POINT, labels: { ...labels, 'agentese.outcome': 'error' }, value: 1 },
			{ ...POINT, labels: { ...labels, 'agentese.outcome': 'ok' }, value: 2 },
		]);
		if (traces) await timeline();
		stopSdk();
	});

	it('does not count what is only traced', async () => {
		startSdk();
		const stream = traced(async function* stream() {
			yield 1;
		});
		for await (const _ of stream());
		expect([streamed().map(({ chunks }) => chunks), await found()]).toEqual([[1], []]);
		await timeline();
		stopSdk();
	});
});

describe('an advice', () => {
	const words = function* () {
		yield 1;
	};
	const seen = (advice: object) => {
		const heard: (Streamed | undefined)[] = [];
		const leave = (_invocation: unknown, outcome: Outcome) => void heard.push(outcome.streamed);
		const Mine = createDecorator({ name: 'Mine', advice: () => ({ leave, ...advice }) });
		class Source {
			@Mine
			open() {
				return words();
			}
		}
		for (const _ of new Source().open());
		return heard;
	};

	it('that has an item part or sets streams receives the measurements, without an SDK too', () => {
		const measured = { chunks: 1, firstChunk: expect.any(Number) };
		expect(seen({ item() {} })).toEqual([measured]);
		expect(seen({ streams: true })).toEqual([measured]);
	});

	it('that has neither receives no measurements', () => {
		expect(seen({})).toEqual([undefined]);
	});
});
