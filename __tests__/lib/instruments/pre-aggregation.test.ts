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
import { beginEpoch } from '../../../lib/runtime/epoch.js';
import { PullReader, provider } from './twins.js';

let logged: string[];

beforeEach(() => {
	logged = [];
	const log = (message: string) => logged.push(message);
	const logger = { verbose: log, debug: log, info: log, warn: log, error: log };
	diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
});
afterEach(() => {
	for (const signal of [metrics, context, diag]) signal.disable();
});

function registered(meters: MeterProvider | Meters): void {
	metrics.disable();
	metrics.setGlobalMeterProvider(meters);
}

/** False for the series of a declared path that was not called. */
const isCalled = ({ value }: DataPoint<number>): boolean => value !== 0;

/** The values of `agentese.invocations` in a collection, by function. */
function counts({ scopeMetrics }: ResourceMetrics): Record<string, number> {
	const points = scopeMetrics
		.flatMap((scope) => scope.metrics)
		.filter(({ descriptor }) => descriptor.name === 'agentese.invocations')
		.flatMap(({ dataPoints }) => dataPoints as DataPoint<number>[])
		.filter(isCalled);
	return Object.fromEntries(points.map(({ attributes, value }) => [String(attributes['code.function.name']), value]));
}

const turn = () => new Promise(setImmediate);

/** Creates a custom meter provider. Only `collect` runs its callbacks. */
function customProvider(observables: Partial<Meter> = {}) {
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
		// Without the series of declared paths that were not called.
		sums: () => added.flatMap(([value]) => (value === 0 ? [] : [value])),
		collect: () => callbacks.map((callback) => callback({ observe: () => undefined })),
	};
}

describe('a meter provider that is not the SDK', () => {
	it('receives each call until its first collection', async () => {
		const { meters, sums, collect } = customProvider();
		registered(meters);
		const call = metered(function call() {});
		for (let i = 0; i < 3; i++) call();
		expect(sums()).toEqual([1, 1, 1]);
		collect();
		call();
		expect(sums()).toEqual([1, 1, 1, 1]);
		await turn();
		for (let i = 0; i < 3; i++) call();
		expect(sums()).toEqual([1, 1, 1, 1, 1]);
		collect();
		expect(sums()).toEqual([1, 1, 1, 1, 1, 2]);
		collect();
		expect(sums()).toEqual([1, 1, 1, 1, 1, 2]);
	});

	it('receives each call if it has no observable instruments', () => {
		const { meters, sums } = customProvider({ createObservableGauge: undefined as never });
		registered(meters);
		const call = metered(function call() {});
		for (let i = 0; i < 3; i++) call();
		expect(sums()).toEqual([1, 1, 1]);
		expect(logged).toEqual([]);
	});
});

describe('a view', () => {
	const TENANT = createContextKey('tenant');

	it('that reads the context of each call receives each call', async () => {
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

	it('that does not read it receives aggregated calls', async () => {
		const reader = new PullReader('delta');
		registered(provider([reader], [{ instrumentName: 'agentese.invocations', description: 'Mine.' }]));
		const call = metered(function call() {});
		for (let i = 0; i < 5; i++) call();
		expect(counts(await reader.read())).toEqual({ call: 5 });
		expect(counts(await reader.read())).toEqual({});
	});
});

describe('with several providers one after another', () => {
	it('each counts the calls that began under it to their end, even if it is collected after the next one was registered', async () => {
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

	it('a new epoch with the same provider keeps its series', async () => {
		const reader = new PullReader('delta');
		registered(provider([reader]));
		const call = metered(function call() {});
		for (let i = 0; i < 4; i++) {
			beginEpoch();
			call();
			call();
		}
		expect(counts(await reader.read())).toEqual({ call: 8 });
		expect(logged).toEqual([]);
	});

	it('a new epoch with the same provider adds no callback', () => {
		const { meters, collect } = customProvider();
		registered(meters);
		const call = metered(function call() {});
		for (let i = 0; i < 4; i++) {
			beginEpoch();
			call();
		}
		expect(collect().length).toBe(1);
	});
});

it('nothing is lost at a flush or a shutdown, or while callbacks of other observables run', async () => {
	const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
	// Its own shutdown would remove the metrics that it has received.
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

it('readers receive no invocation twice, and no part of one', async () => {
	const readers = [new PullReader('delta'), new PullReader('cumulative')];
	registered(provider(readers));
	const call = metered(function call() {});
	const readings: unknown[] = [];
	for (let i = 1; i <= 3; i++) {
		await turn();
		for (let j = 0; j < 10; j++) call();
		readings.push((await Promise.all(readers.map((one) => one.read()))).map(counts));
	}
	expect(readings).toEqual([
		[{ call: 10 }, { call: 10 }],
		[{ call: 10 }, { call: 20 }],
		[{ call: 10 }, { call: 30 }],
	]);
});

it('without collections each series is one number, whatever the number of traced blocks', async () => {
	const { meters, sums, collect } = customProvider();
	registered(meters);
	instruments();
	collect();
	await turn();
	for (let i = 0; i < 5000; i++) traceInvocation('self.aggregation.block', () => {});
	collect();
	expect(sums()).toEqual([1, 4999]);
});

it('sets of declared values beyond the limit of aggregation are counted too', async () => {
	const reader = new PullReader('cumulative', 10_000);
	registered(provider([reader]));
	const values = Array.from({ length: 60 }, (_, i) => `v${i}`);
	const judge = metered(function judge(_a: string, _b: string) {}, {
		attributes: { a: { values, from: ([a]) => a }, b: { values, from: ([, b]) => b } },
	});
	for (let times = 0; times < 2; times++) for (const a of values) for (const b of values) judge(a, b);
	const found = (await reader.read()).scopeMetrics.flatMap(({ metrics: all }) => all);
	const counted = found.find(({ descriptor }) => descriptor.name === 'agentese.invocations');
	const points = ((counted?.dataPoints ?? []) as DataPoint<number>[]).filter(isCalled);
	expect([points.length, points.filter(({ value }) => value === 2).length]).toEqual([3600, 3600]);
});

it('a test of the application that removes the global setImmediate changes nothing', async () => {
	const given = globalThis.setImmediate;
	globalThis.setImmediate = undefined as never;
	try {
		const { meters, sums, collect } = customProvider();
		registered(meters);
		instruments();
		collect();
		await new Promise((resolve) => setImmediate(resolve));
		const call = metered(function call() {});
		for (let i = 0; i < 5; i++) call();
		collect();
		expect(sums()).toEqual([1, 4]);
	} finally {
		globalThis.setImmediate = given;
	}
});
