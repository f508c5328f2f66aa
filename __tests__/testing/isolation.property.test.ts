import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { logs, metrics, trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { recordTokens, traced } from '../../index.js';
import { testTelemetry } from '../../testing/index.js';

/** Fetched once, outside of all tests. */
const tracer = trace.getTracer('application');

/** What one of the tests that run at the same time does, each step in a turn of its own. */
type Step =
	| { readonly do: 'invoke'; readonly turns: number; readonly fail: boolean; readonly tokens: number }
	| { readonly do: 'span' | 'log' | 'count' }
	| { readonly do: 'wait'; readonly turns: number };

const turns = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.record({
			...{ do: fc.constant('invoke' as const), turns, fail: fc.boolean(), tokens: fc.integer({ min: 0, max: 9 }) },
		}),
	},
	fc.record({ do: fc.constantFrom('span' as const, 'log' as const, 'count' as const) }),
	fc.record({ do: fc.constant('wait' as const), turns }),
);

/** One method for all flows, so that its join point, series and settings are shared by them. */
const act = traced(
	async (_flow: number, count: number, fail: boolean, tokens: number) => {
		for (let i = 0; i < count; i++) await turn();
		if (tokens > 0) recordTokens({ input: tokens, output: 1 });
		if (fail) throw new RangeError('failed');
		return 'secret-plot';
	},
	{ path: 'self.flow.act', attributes: ([flow]) => ({ 'app.flow': flow }) },
);

/** Runs one test among others. Returns what differs from what it did. */
async function flow(id: number, steps: readonly Step[], stopped: boolean): Promise<unknown> {
	// Rules, names and redaction differ from flow to flow.
	const enabled = id % 3 !== 2;
	const t = await testTelemetry(
		{
			rules: [{ match: 'self.flow.*', name: `flow ${id}`, enabled }],
			redact: id % 2 === 0 ? { keys: ['app.flow'] } : true,
		},
		{ seed: id, clock: id * 1000 },
	);
	const did = { ok: 0, error: 0, spans: 0, logs: 0, counts: 0, input: 0, output: 0 };
	for (const each of steps) {
		if (each.do === 'invoke') {
			await act(id, each.turns, each.fail, each.tokens).catch(() => undefined);
			did[each.fail ? 'error' : 'ok'] += 1;
			did.input += each.tokens;
			did.output += each.tokens > 0 ? 1 : 0;
		} else if (each.do === 'wait') for (let i = 0; i < each.turns; i++) await turn();
		else if (each.do === 'span') did.spans += Number(tracer.startSpan(`span of ${id}`).end() === undefined);
		else if (each.do === 'log') did.logs += Number(logs.getLogger('a').emit({ body: `log of ${id}` }) === undefined);
		else did.counts += Number(metrics.getMeter('a').createCounter('steps').add(1, { flow: id }) === undefined);
	}
	if (stopped) await t.stop();
	const invoked = t.spans.filter(({ attributes }) => attributes['agentese.path'] !== undefined);
	const shown = id % 2 === 0 ? '[redacted]' : id;
	const found = {
		ok: t.count('self.flow.act', { outcome: 'ok' }),
		error: t.count('self.flow.act', { outcome: 'error' }),
		spans: t.spans.filter(({ name }) => name === `span of ${id}`).length,
		logs: t.logs.filter(({ body }) => body === `log of ${id}`).length,
		counts: t.metrics
			.filter(({ attributes }) => attributes['flow'] === id)
			.reduce((sum, { value }) => sum + Number(value), 0),
		...t.tokens(),
	};
	const expected = enabled ? did : { ...did, ok: 0, error: 0 };
	const foreign = {
		spans: t.spans.length - found.spans - invoked.length,
		logs: t.logs.length - found.logs,
		names: invoked.filter(({ name, attributes }) => name !== `flow ${id}` || attributes['app.flow'] !== shown).length,
		times: t.spans.filter(({ startTime }) => startTime[0] !== id).length,
		invoked: invoked.length - (enabled ? did.ok + did.error : 0),
	};
	const faults = await t.stop();
	return { id, found, expected, foreign, faults };
}

describe('tests that run at the same time', () => {
	it('record apart, each with its own rules, redaction, ids and clock', async () => {
		const flows = fc.array(fc.tuple(fc.array(step, { maxLength: 8 }), fc.boolean(), turns), {
			minLength: 2,
			maxLength: 6,
		});
		await fc.assert(
			fc.asyncProperty(flows, async (all) => {
				const results = await Promise.all(
					all.map(async ([steps, stopped, delay], index) => {
						for (let i = 0; i < delay; i++) await turn();
						return flow(index + 1, steps, stopped);
					}),
				);
				for (const result of results as { found: object; expected: object; foreign: object; faults: unknown[] }[]) {
					expect(result.found).toEqual(result.expected);
					expect(result.foreign).toEqual({ spans: 0, logs: 0, names: 0, times: 0, invoked: 0 });
					expect(result.faults).toEqual([]);
				}
			}),
			{ numRuns: 60 },
		);
	});
});
