import { setImmediate } from 'node:timers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	type Attributes,
	type Context,
	context,
	createContextKey,
	createNoopMeter,
	DiagLogLevel,
	diag,
	type Meter,
	type MeterProvider as Meters,
	metrics,
	type ObservableCallback,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
	AggregationTemporality,
	type DataPoint,
	InMemoryMetricExporter,
	type MeterProvider,
	PeriodicExportingMetricReader,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { metered, traceInvocation } from '../../../index.js';
import { instruments } from '../../../lib/instruments/instruments.js';
import { newEpoch } from '../../../lib/runtime/epoch.js';
import { PullReader, provider } from './twins.js';

let said: string[];

beforeEach(() => {
	said = [];
	const say = (message: string) => said.push(message);
	const logger = { verbose: say, debug: say, info: say, warn: say, error: say };
	diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
});
afterEach(() => {
	for (const signal of [metrics, context, diag]) signal.disable();
});

function registered(meters: MeterProvider | Meters): void {
	metrics.disable();
	metrics.setGlobalMeterProvider(meters);
}

/** `agentese.invocations` of a collection: how many, by function. */
function counts({ scopeMetrics }: ResourceMetrics): Record<string, number> {
	const points = scopeMetrics
		.flatMap((scope) => scope.metrics)
		.filter(({ descriptor }) => descriptor.name === 'agentese.invocations')
		.flatMap(({ dataPoints }) => dataPoints as DataPoint<number>[]);
	return Object.fromEntries(points.map(({ attributes, value }) => [String(attributes['code.function.name']), value]));
}

const turn = () => new Promise(setImmediate);

/** A meter provider of somebody's own. Its callbacks are run when `ask` is called, and by nothing else. */
function own(observables: Partial<Meter> = {}) {
	const added: [number, Attributes | undefined][] = [];
	const callbacks: ObservableCallback[] = [];
	const meter = createNoopMeter();
	meter.createCounter = () => ({ add: (value, attributes) => added.push([value, attributes]) });
	meter.createObservableGauge = () => ({
		addCallback: (callback) => callbacks.push(callback),
		removeCallback: () => undefined,
	});
	Object.assign(meter, observables);
	return {
		meters: { getMeter: () => meter },
		sums: () => added.map(([value]) => value),
		ask: () => callbacks.map((callback) => callback({ observe: () => undefined })),
	};
}

describe('a meter provider that is not the SDK', () => {
	it('is told each call, until it has asked for what was counted', async () => {
		const { meters, sums, ask } = own();
		registered(meters);
		const call = metered(function call() {});
		for (let i = 0; i < 3; i++) call();
		expect(sums()).toEqual([1, 1, 1]);
		ask();
		call();
		expect(sums()).toEqual([1, 1, 1, 1]);
		await turn();
		for (let i = 0; i < 3; i++) call();
		expect(sums()).toEqual([1, 1, 1, 1, 1]);
		ask();
		expect(sums()).toEqual([1, 1, 1, 1, 1, 2]);
		ask();
		expect(sums()).toEqual([1, 1, 1, 1, 1, 2]);
	});

	it('that knows no observables is told each call', () => {
		const { meters, sums } = own({ createObservableGauge: undefined as never });
		registered(meters);
		const call = metered(function call() {});
		for (let i = 0; i < 3; i++) call();
		expect(sums()).toEqual([1, 1, 1]);
		expect(said).toEqual([]);
	});
});

describe('a view', () => {
	const TENANT = createContextKey('tenant');

	it('that looks at the context of each call sees each call', async () => {
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		const reader = new PullReader();
		const attributesProcessors = [
			{
				process: (labels: Attributes, at?: Context) => ({
					...labels,
					'code.function.name': `${labels['code.function.name']} for ${at?.getValue(TENANT)}`,
				}),
			},
		];
		registered(provider([reader], [{ instrumentName: 'agentese.invocations', attributesProcessors }]));
		const call = metered(function call() {});
		for (const tenant of ['a', 'b', 'a', 'a']) context.with(context.active().setValue(TENANT, tenant), call);
		expect(counts(await reader.read())).toEqual({ 'call for a': 3, 'call for b': 1 });
	});

	it('that does not is no reason to tell each call', async () => {
		const reader = new PullReader('delta');
		registered(provider([reader], [{ instrumentName: 'agentese.invocations', description: 'Mine.' }]));
		const call = metered(function call() {});
		for (let i = 0; i < 5; i++) call();
		expect(counts(await reader.read())).toEqual({ call: 5 });
		expect(counts(await reader.read())).toEqual({});
	});
});

describe('of providers one after another', () => {
	it('each counts what began under it, to its end, also when it is read after another one came', async () => {
		const [first, second] = [new PullReader(), new PullReader()];
		const gate = Promise.withResolvers<void>();
		const call = metered(async function call(wait?: Promise<void>) {
			await wait;
		});
		registered(provider([first]));
		const under = call(gate.promise);
		for (let i = 0; i < 3; i++) await call();
		registered(provider([second]));
		for (let i = 0; i < 2; i++) await call();
		gate.resolve();
		await under;
		expect([counts(await first.read()), counts(await second.read())]).toEqual([{ call: 4 }, { call: 2 }]);
	});

	it('a new epoch under the same one goes on with its series', async () => {
		const reader = new PullReader('delta');
		registered(provider([reader]));
		const call = metered(function call() {});
		for (let i = 0; i < 4; i++) {
			newEpoch();
			call();
			call();
		}
		expect(counts(await reader.read())).toEqual({ call: 8 });
		expect(said).toEqual([]);
	});

	it('a new epoch under the same one asks it for nothing more', () => {
		const { meters, ask } = own();
		registered(meters);
		const call = metered(function call() {});
		for (let i = 0; i < 4; i++) {
			newEpoch();
			call();
		}
		expect(ask().length).toBe(1);
	});
});

it('nothing is lost at a flush or a shutdown, nor what is counted while others are asked for theirs', async () => {
	const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
	// It forgets what it has when it is shut down.
	exporter.shutdown = async () => undefined;
	const meters = provider([new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })]);
	registered(meters);
	const call = metered(function call() {});
	for (let i = 0; i < 5; i++) call();
	const others = meters.getMeter('others').createObservableGauge('heat');
	others.addCallback(() => {
		for (let i = 0; i < 3; i++) call();
	});
	await meters.forceFlush();
	await turn();
	for (let i = 0; i < 7; i++) call();
	await meters.shutdown();
	expect(exporter.getMetrics().map(counts)).toEqual([{ call: 8 }, { call: 10 }]);
});

it('readers never see one invocation twice, nor a part of one', async () => {
	const readers = [new PullReader('delta'), new PullReader('cumulative')];
	registered(provider(readers));
	const call = metered(function call() {});
	const seen: unknown[] = [];
	for (let i = 1; i <= 3; i++) {
		await turn();
		for (let j = 0; j < 10; j++) call();
		seen.push((await Promise.all(readers.map((one) => one.read()))).map(counts));
	}
	expect(seen).toEqual([
		[{ call: 10 }, { call: 10 }],
		[{ call: 10 }, { call: 20 }],
		[{ call: 10 }, { call: 30 }],
	]);
});

it('what nobody reads is one number for each series, whatever the number of blocks that count in it', async () => {
	const { meters, sums, ask } = own();
	registered(meters);
	instruments();
	ask();
	await turn();
	for (let i = 0; i < 5000; i++) traceInvocation('self.ledger.block', () => {});
	ask();
	expect(sums()).toEqual([1, 4999]);
});

it('more sets of declared values than are gathered are counted all the same', async () => {
	const reader = new PullReader('cumulative', 10_000);
	registered(provider([reader]));
	const values = Array.from({ length: 60 }, (_, i) => `v${i}`);
	const judge = metered(function judge(_a: string, _b: string) {}, {
		labels: { a: { values, from: ([a]) => a }, b: { values, from: ([, b]) => b } },
	});
	for (let times = 0; times < 2; times++) for (const a of values) for (const b of values) judge(a, b);
	const found = (await reader.read()).scopeMetrics.flatMap(({ metrics: all }) => all);
	const counted = found.find(({ descriptor }) => descriptor.name === 'agentese.invocations');
	const points = (counted?.dataPoints ?? []) as DataPoint<number>[];
	expect([points.length, points.filter(({ value }) => value === 2).length]).toEqual([3600, 3600]);
});

it('a test of the application that takes the global setImmediate away changes nothing', async () => {
	const given = globalThis.setImmediate;
	globalThis.setImmediate = undefined as never;
	try {
		const { meters, sums, ask } = own();
		registered(meters);
		instruments();
		ask();
		await new Promise((resolve) => setImmediate(resolve));
		const call = metered(function call() {});
		for (let i = 0; i < 5; i++) call();
		ask();
		expect(sums()).toEqual([1, 4]);
	} finally {
		globalThis.setImmediate = given;
	}
});
