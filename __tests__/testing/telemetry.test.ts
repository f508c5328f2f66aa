import { afterEach, describe, expect, it } from '@jest/globals';
import { logs, metrics, SpanKind, trace } from '@opentelemetry/api';
import { metered, recordTokens, startInvocation, traced } from '../../index.js';
import { type TestTelemetry, testTelemetry } from '../../testing/index.js';

/** Fetched before any test telemetry is started, as an application's modules do. */
const tracer = trace.getTracer('application');

class Refused extends Error {}

const prune = traced(
	async (bed: number) => {
		tracer.startActiveSpan('SELECT', { kind: SpanKind.CLIENT }, (span) => span.end());
		recordTokens({ input: 3, output: 4 });
		if (bed > 1) throw new TypeError('no bed, password=hunter2hunter2');
		return bed;
	},
	{ path: 'world.garden.prune' },
);
const ask = traced(
	async () => {
		await prune(1);
		await prune(2).catch(() => undefined);
		return 'asked';
	},
	{ path: 'self.soul.ask', expected: [Refused] },
);

const TREE = `self.soul.ask ok
  world.garden.prune ok
    SELECT (client)
  world.garden.prune error TypeError
    SELECT (client)`;

let t: TestTelemetry;
afterEach(() => t?.stop());

describe('what a test telemetry has recorded', () => {
	it('is a tree without ids and times, for snapshots', async () => {
		t = await testTelemetry();
		await ask();
		expect(t.tree()).toBe(TREE);
		expect(t.tree({ attributes: ['agentese.observer'] }).split('\n')[0]).toBe(
			'self.soul.ask ok agentese.observer="anonymous"',
		);
	});

	it('is one invocation of a path, with its parent and its children', async () => {
		t = await testTelemetry();
		await ask();
		const { outcome, observer, result, error, tokens, totalTokens, children, parent, path } =
			t.invocation('self.soul.ask');
		expect({ outcome, observer, result, error, tokens, totalTokens, parent, path }).toEqual({
			...{ outcome: 'ok', observer: 'anonymous', result: 'string', error: undefined, parent: undefined },
			...{ tokens: { input: 0, output: 0 }, totalTokens: { input: 6, output: 8 }, path: 'self.soul.ask' },
		});
		expect(children).toEqual(t.invocations('world.**'));
		expect(children.map((child) => child.parent)).toEqual([
			t.invocation('self.soul.ask'),
			t.invocation('self.soul.ask'),
		]);
		expect(children[1]?.error).toEqual({
			type: 'TypeError',
			name: 'TypeError',
			message: 'no bed, password=[redacted]',
		});
	});

	it('is counted: invocations by labels, tokens by path', async () => {
		t = await testTelemetry();
		await ask();
		expect([t.count(), t.count('self.soul.ask'), t.count('**', { outcome: 'ok' }), t.count('world.*.*')]).toEqual([
			3, 1, 2, 2,
		]);
		expect([t.tokens(), t.tokens('self.**'), t.tokens('world.garden.prune')]).toEqual([
			{ input: 6, output: 8 },
			{ input: 0, output: 0 },
			{ input: 6, output: 8 },
		]);
	});

	it('is the sum of all readings, however often it is read', async () => {
		t = await testTelemetry();
		const counts: number[] = [];
		for (let times = 0; times < 3; times++) {
			await ask();
			counts.push(t.count('self.soul.ask'), t.tokens().input);
		}
		const duration = t.metrics.find(({ attributes, name }) => {
			return name === 'agentese.invoke.duration' && attributes['agentese.path'] === 'self.soul.ask';
		});
		expect(counts).toEqual([1, 6, 2, 12, 3, 18]);
		expect(duration?.value).toMatchObject({ count: 3 });
	});

	it('is spans, log records and metrics as a preset receives them', async () => {
		t = await testTelemetry();
		logs.getLogger('application').emit({ body: 'token=abcdefabcdef1234' });
		metrics.getMeter('application').createCounter('seeds', { unit: '{seed}' }).add(2, { kind: 'pea' });
		metrics.getMeter('application').createCounter('seeds', { unit: '{seed}' }).add(3, { kind: 'pea' });
		await ask();
		expect(t.spans.map(({ name }) => name)).toEqual([
			...['agentese.invoke', 'agentese.invoke', 'SELECT', 'agentese.invoke', 'SELECT'],
		]);
		expect(t.logs.map(({ body }) => body)).toEqual(['token=[redacted]']);
		expect(t.metrics.filter(({ scope }) => scope === 'application')).toEqual([
			{ name: 'seeds', unit: '{seed}', scope: 'application', attributes: { kind: 'pea' }, value: 5 },
		]);
		const durations = t.metrics.filter(({ name }) => name === 'agentese.invoke.duration');
		expect(durations.map(({ value }) => (value as { count: number }).count)).toEqual([1, 1, 1]);
	});

	it('is shapes, which are the same in every run', async () => {
		const shapes: unknown[] = [];
		for (let run = 0; run < 2; run++) {
			await using run = await testTelemetry();
			await ask();
			shapes.push(run.shapes());
			expect(JSON.stringify(run.shapes())).not.toMatch(/[0-9a-f]{16}|stacktrace/);
		}
		expect(shapes[0]).toEqual(shapes[1]);
		expect(shapes[0]).toMatchObject([
			{
				...{ name: 'agentese.invoke', scope: 'agentese-otel', kind: 'internal', status: 'ok' },
				children: [
					{ status: 'ok', children: [{ name: 'SELECT', kind: 'client' }] },
					{ status: 'error', events: [{ name: 'exception', attributes: { 'exception.type': 'TypeError' } }] },
				],
			},
		]);
	});

	it('is forgotten by clear(), but for what is open', async () => {
		t = await testTelemetry();
		const open = startInvocation('self.soul.wait');
		await ask();
		t.clear();
		expect([t.tree(), t.count(), t.tokens(), t.logs, t.faults()]).toEqual([
			...['', 0, { input: 0, output: 0 }, []],
			[expect.stringContaining('self.soul.wait')],
		]);
		open.end();
		await ask();
		expect([t.count(), t.count('self.soul.wait'), t.tokens()]).toEqual([4, 1, { input: 6, output: 8 }]);
		expect(t.faults()).toEqual([]);
	});

	it('stays readable after stop(), and nothing is added', async () => {
		t = await testTelemetry();
		await ask();
		await t.stop();
		await ask();
		expect([t.tree(), t.count()]).toEqual([TREE, 3]);
	});
});

describe('invocation()', () => {
	it('lists what there was if there is none, with the nearest path', async () => {
		t = await testTelemetry();
		await ask();
		expect(() => t.invocation('self.soul.asks')).toThrow(
			'Expected one ended invocation of "self.soul.asks", got none. ' +
				'Recorded: self.soul.ask, world.garden.prune (2 times). Did you mean "self.soul.ask"?',
		);
	});

	it('lists what there was if there are several', async () => {
		t = await testTelemetry();
		await ask();
		expect(() => t.invocation('world.garden.prune')).toThrow(
			'Expected one ended invocation of "world.garden.prune", got 2. ' +
				'Recorded: self.soul.ask, world.garden.prune (2 times). Use invocations() for all of them.',
		);
	});

	it('names what is still open, and what left no span', async () => {
		t = await testTelemetry({ sampling: { rate: 0 } });
		await ask();
		expect(() => t.invocation('self.soul.ask')).toThrow(
			'Recorded: nothing. 1 were counted and left no span of their own',
		);
		await t.stop();
		t = await testTelemetry();
		const open = startInvocation('self.soul.wait');
		expect(() => t.invocation('self.soul.wait')).toThrow('Recorded: nothing. Still open: self.soul.wait.');
		open.end();
	});

	it('finds a function without a path by its name', async () => {
		t = await testTelemetry();
		traced(function pay() {}, { name: 'payment' })();
		expect([t.invocation('pay').label, t.invocation('payment').outcome]).toEqual(['pay', undefined]);
	});
});

describe('the config', () => {
	it('applies as in production: rules, redaction, capture, conventions, observers and rates', async () => {
		t = await testTelemetry({
			...{ spanName: 'path', conventions: ['genai'], capture: 'full', redact: { keys: ['plot'] } },
			rules: [
				{ match: 'world.**', enabled: false },
				{ match: 'self.soul.*', name: 'renamed' },
			],
		});
		await ask();
		traced((_umwelt: object, _plot: { plot: string }) => 'x', { path: 'concept.bed.dig' })(
			{ observer: 'kent' },
			{ plot: '52N 13E' },
		);
		expect(t.spans.map(({ name }) => name)).toEqual(['renamed', 'SELECT', 'SELECT', 'concept.bed.dig']);
		const { attributes } = t.invocation('concept.bed.dig');
		expect(attributes['agentese.arguments']).toContain('[redacted]');
		expect(attributes['gen_ai.operation.name']).toBeDefined();
	});

	it('is refused as at a start', async () => {
		await expect(testTelemetry({ spanNames: 'path' } as object)).rejects.toThrow('Did you mean "spanName"?');
		t = await testTelemetry();
		await ask();
		expect(t.count()).toBe(3);
	});

	it('has options that are checked', async () => {
		await expect(testTelemetry({}, { sed: 1 } as object)).rejects.toThrow('Did you mean "seed"?');
		await expect(testTelemetry({}, { seed: 0.5 })).rejects.toThrow('must be an integer; it got 0.5');
		await expect(testTelemetry({}, { clock: 'now' as never })).rejects.toThrow("it got 'now'");
	});

	it('ends with the test: rules and redaction of one are not those of the next', async () => {
		await using first = await testTelemetry({ rules: [{ match: '**', enabled: false }], redact: false });
		await ask();
		expect(first.invocations()).toEqual([]);
		await first.stop();
		t = await testTelemetry();
		await ask();
		expect(t.tree()).toBe(TREE);
	});
});

describe('seed and clock', () => {
	it('the same seed makes the same ids', async () => {
		const ids: string[][] = [];
		for (const seed of [7, 7, 8]) {
			await using run = await testTelemetry({}, { seed });
			await ask();
			ids.push(run.spans.map((span) => `${span.spanContext().traceId} ${span.spanContext().spanId}`));
		}
		expect(ids[0]).toEqual(ids[1]);
		expect(ids[0]).not.toEqual(ids[2]);
		expect(new Set(ids[0]).size).toBe(5);
	});

	it('a stopped clock gives exact times and durations', async () => {
		t = await testTelemetry({}, { clock: new Date('2026-01-02T03:04:05.678Z') });
		const wait = traced(() => t.advance(1234.5), { path: 'time.clock.wait' });
		wait();
		t.advance(1000);
		tracer.startSpan('later').end();
		const [first, second] = t.spans;
		expect(t.invocation('time.clock.wait').durationMs).toBe(1234.5);
		expect([first?.startTime, second?.startTime]).toEqual([
			[1767323045, 678_000_000],
			[1767323047, 912_500_000],
		]);
		expect(t.metrics.find(({ name }) => name === 'agentese.invoke.duration')?.value).toMatchObject({ sum: 1234.5 });
		expect(() => t.advance(-1)).toThrow('it got -1');
	});

	it('advance() needs a stopped clock', async () => {
		t = await testTelemetry();
		expect(() => t.advance(1)).toThrow('testTelemetry(config, { clock: 0 })');
	});
});

describe('tokens', () => {
	it('of the same response are counted once in each test', async () => {
		const call = traced(() => recordTokens({ input: 1, output: 1, responseId: 'chatcmpl-0123456789abcdefghij' }));
		for (let run = 0; run < 2; run++) {
			await using run = await testTelemetry();
			call();
			call();
			expect(run.tokens()).toEqual({ input: 1, output: 1 });
		}
	});
});

describe('metrics of a module', () => {
	it('record in each test, whichever created the instrument', async () => {
		let counter: ReturnType<ReturnType<typeof metrics.getMeter>['createCounter']> | undefined;
		let heat = 20;
		for (let run = 1; run <= 2; run++) {
			await using run1 = await testTelemetry();
			if (counter === undefined) {
				const meter = metrics.getMeter('module');
				counter = meter.createCounter('module.calls');
				meter.createObservableGauge('module.heat').addCallback((result) => result.observe(heat));
			}
			counter.add(run);
			heat += 1;
			expect(run1.metrics.map(({ name, value }) => [name, value])).toEqual([
				['module.calls', run],
				['module.heat', 20 + run],
			]);
		}
	});

	it('a method without a span is counted', async () => {
		t = await testTelemetry();
		metered(function dig() {})();
		expect([t.count('dig'), t.spans]).toEqual([1, []]);
	});
});
