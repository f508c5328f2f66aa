import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { metrics } from '@opentelemetry/api';
import type { ViewOptions } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { platform } from '../../../lib/runtime/platform.js';
import { type End, Garden, PullReader, provider, register, type Temporality } from './twins.js';

/** The time of both clocks, set by the test, so that times and durations of the two providers are exactly the same. */
let now = 0;

beforeAll(() => {
	// The SDK reads the global clock, the toolkit its own.
	const unix = () => 1_700_000_000_000 + Math.trunc(now);
	jest.spyOn(Date, 'now').mockImplementation(unix);
	jest.spyOn(platform, 'dateNow').mockImplementation(unix);
	jest.spyOn(platform, 'performanceNow').mockImplementation(() => now);
});
afterAll(() => {
	jest.restoreAllMocks();
	metrics.disable();
});

type Step =
	| {
			readonly do: 'call';
			readonly what: 'ask' | 'judge' | 'quick';
			readonly ruling: string;
			readonly end: End;
			ms: number;
	  }
	| { readonly do: 'begin'; readonly end: End }
	| { readonly do: 'end' }
	| { readonly do: 'read'; readonly by: number; readonly meanwhile: number }
	| { readonly do: 'turn' };

const end = fc.constantFrom<End>('ok', 'ok', 'ok', 'E_ONE', 'E_TWO', 'abort');
/** Eighths of a millisecond, so that sums are exact in any order; some are bucket boundaries. */
const ms = fc.oneof(
	fc.constantFrom(0, 1, 10, 25, 300_000),
	fc.integer({ min: 0, max: 4_000_000 }).map((eighths) => eighths / 8),
);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({
			do: fc.constant('call' as const),
			what: fc.constantFrom('ask' as const, 'judge' as const, 'quick' as const),
			ruling: fc.constantFrom('yes', 'no', 'perhaps'),
			end,
			ms,
		}),
	},
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('begin' as const), end }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('end' as const) }) },
	{
		weight: 2,
		arbitrary: fc.record({
			do: fc.constant('read' as const),
			by: fc.nat({ max: 1 }),
			meanwhile: fc.nat({ max: 2 }),
		}),
	},
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
);
const temporality = fc.constantFrom<Temporality>('cumulative', 'delta', 'lowmemory');

const garden = new Garden();

function call(what: 'ask' | 'judge' | 'quick', ruling: string, how: End, durationMs: number): void {
	try {
		garden[what](ruling, how, () => {
			now += durationMs;
		});
	} catch {
		// It is counted.
	}
}

/** Runs the steps on both providers, and returns the result of each collection of both. */
async function play(
	steps: readonly Step[],
	readBy: readonly Temporality[],
	limit: number,
	views: readonly ViewOptions[],
) {
	const readers = readBy.map((one) => [new PullReader(one, limit), new PullReader(one, limit)] as const);
	register(
		provider(
			readers.map(([ours]) => ours),
			views,
		),
		provider(
			readers.map(([, theirs]) => theirs),
			views,
		),
	);
	const open: { finish: () => void; done: Promise<unknown> }[] = [];
	const readings: { ours: unknown; theirs: unknown }[] = [];
	const read = async (by: number, meanwhile: number) => {
		const both = Promise.all((readers[by % readers.length] ?? []).map((one) => one.read()));
		for (let i = 0; i < meanwhile; i++) call('ask', 'yes', 'ok', 1);
		const [ours, theirs] = await both;
		readings.push({ ours, theirs });
	};
	const endOne = async () => {
		const one = open.shift();
		one?.finish();
		await one?.done;
	};
	for (const one of steps) {
		now += 1;
		if (one.do === 'call') call(one.what, one.ruling, one.end, one.ms);
		if (one.do === 'begin') {
			const gate = Promise.withResolvers<void>();
			open.push({ finish: gate.resolve, done: garden.later(one.end, gate.promise).catch(() => undefined) });
		}
		if (one.do === 'end') await endOne();
		if (one.do === 'read') await read(one.by, one.meanwhile);
		if (one.do === 'turn') await new Promise(setImmediate);
	}
	while (open.length > 0) await endOne();
	for (let by = 0; by < readers.length; by++) await read(by, 0);
	return readings;
}

/** A view with an attributes processor prevents that durations are aggregated. */
const PROCESSOR_VIEW: ViewOptions = {
	instrumentName: 'agentese.invoke.duration',
	attributesProcessors: [{ process: (labels) => labels }],
};

describe.each([
	['an SDK in which each duration is recorded by itself', [PROCESSOR_VIEW]],
	['an SDK to which durations are added in bulk', []],
] as const)('under %s', (_name, views) => {
	it('each collection of each reader equals that of instruments called without the toolkit', async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(step, { minLength: 1, maxLength: 60 }),
				fc.array(temporality, { minLength: 1, maxLength: 2 }),
				fc.constantFrom(2000, 2000, 4),
				async (steps, readBy, limit) => {
					const readings = await play(steps, readBy, limit, views);
					expect(readings.map(({ ours }) => ours)).toEqual(readings.map(({ theirs }) => theirs));
				},
			),
			{ numRuns: 150 },
		);
	});
});
