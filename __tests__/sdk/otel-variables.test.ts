import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { context, logs, metrics, propagation, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { NUMBER_VARIABLES } from '../../lib/runtime/environment.js';
import { startTelemetry, type Telemetry } from '../../sdk/index.js';
import { temporary } from '../support/children.js';

interface Span {
	name: string;
	attributes: { key: string; value: { stringValue?: string } }[];
	events: { attributes?: unknown[] }[];
	links: { attributes?: unknown[] }[];
}
interface Log {
	attributes: { key: string; value: { stringValue?: string } }[];
}
interface Metric {
	name: string;
	histogram?: unknown;
	exponentialHistogram?: unknown;
	sum?: { aggregationTemporality: number };
}
interface Body {
	resourceSpans?: { resource: Log; scopeSpans: { spans: Span[] }[] }[];
	resourceLogs?: { scopeLogs: { logRecords: Log[] }[] }[];
	resourceMetrics?: { scopeMetrics: { metrics: Metric[] }[] }[];
}

/** A backend that keeps what it gets, and never responds to the signals that hang. */
class Backend {
	readonly got: { path: string; body: Body }[] = [];
	readonly #server: Server;
	#changed: () => void = () => undefined;

	constructor(hangs: boolean) {
		this.#server = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk) => chunks.push(chunk));
			request.on('end', () => {
				this.got.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
				if (!hangs) response.setHeader('content-type', 'application/json').end('{}');
				this.#changed();
			});
		});
	}

	async listen(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Resolves when so many requests of a signal have arrived. */
	async arrived(signal: string, count: number): Promise<Body[]> {
		for (;;) {
			const bodies = this.got.flatMap(({ path, body }) => (path === `/v1/${signal}` ? [body] : []));
			if (bodies.length >= count) return bodies;
			await new Promise<void>((resolve) => {
				this.#changed = resolve;
			});
		}
	}

	close(): void {
		this.#server.closeAllConnections();
		this.#server.close();
	}
}

const spansOf = ({ resourceSpans = [] }: Body) =>
	resourceSpans.flatMap((one) => one.scopeSpans.flatMap(({ spans }) => spans));
const logsOf = ({ resourceLogs = [] }: Body) =>
	resourceLogs.flatMap((one) => one.scopeLogs.flatMap(({ logRecords }) => logRecords));
const metricsOf = ({ resourceMetrics = [] }: Body) =>
	resourceMetrics.flatMap((one) => one.scopeMetrics.flatMap(({ metrics: all }) => all));

let directory: string;
let undo: (() => unknown)[];
beforeEach(() => {
	directory = temporary();
	undo = [() => rmSync(directory, { recursive: true, force: true })];
});
afterEach(async () => {
	for (const step of undo.reverse()) await step();
});

/** Starts telemetry with these variables, which sends OTLP over JSON to a backend. */
async function started(
	variables: Record<string, string>,
	{ hangs = false, timeout = '3s' } = {},
): Promise<{ backend: Backend; telemetry: Telemetry }> {
	const backend = new Backend(hangs);
	undo.push(() => backend.close());
	Object.assign(process.env, variables);
	undo.push(() => {
		for (const name of Object.keys(variables)) delete process.env[name];
	});
	const telemetry = await startTelemetry({
		preset: 'otlp',
		otlp: { endpoint: await backend.listen(), protocol: 'http/json', timeout },
		json: { directory },
		delivery: { directory: join(directory, 'outbox'), journal: false },
	});
	undo.push(() => telemetry.shutdown());
	return { backend, telemetry };
}

/** Ends so many spans, each with 4 attributes, 3 events and 3 links. */
function makeSpans(count: number): void {
	const tracer = trace.getTracer('variables');
	const other = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: TraceFlags.SAMPLED };
	const attributes = { a: 'rose-tree', b: 'rose-tree', c: 'rose-tree', d: 'rose-tree' };
	for (let i = 0; i < count; i++) {
		const links = Array.from({ length: 3 }, () => ({ context: other, attributes }));
		const span = tracer.startSpan(`span ${i}`, { attributes, links, root: true });
		for (let event = 0; event < 3; event++) span.addEvent('event', attributes);
		span.end();
	}
}

function makeLogs(count: number): void {
	const attributes = { a: 'rose-tree', b: 'rose-tree', c: 'rose-tree', d: 'rose-tree' };
	for (let i = 0; i < count; i++) logs.getLogger('variables').emit({ body: `log ${i}`, attributes });
}

/** The first span that arrives with these variables. */
async function spanWith(variables: Record<string, string>): Promise<Span | undefined> {
	const { backend, telemetry } = await started(variables);
	makeSpans(1);
	await telemetry.flush();
	return (await backend.arrived('traces', 1)).flatMap(spansOf)[0];
}

/** The first log record that arrives with these variables. */
async function logWith(variables: Record<string, string>): Promise<Log | undefined> {
	const { backend, telemetry } = await started(variables);
	makeLogs(1);
	await telemetry.flush();
	return (await backend.arrived('logs', 1)).flatMap(logsOf)[0];
}

const counts = (span: Span | undefined) => ({
	attributes: span?.attributes.length,
	events: span?.events.length,
	links: span?.links.length,
	ofEvent: span?.events[0]?.attributes?.length,
	ofLink: span?.links[0]?.attributes?.length,
	text: span?.attributes[0]?.value.stringValue,
});
const ALL = { attributes: 4, events: 3, links: 3, ofEvent: 4, ofLink: 4, text: 'rose-tree' };

/** What a request that had no response is reported with, after so many milliseconds. */
async function timedOut(variables: Record<string, string>, make: () => void): Promise<string | undefined> {
	const { backend, telemetry } = await started(variables, { hangs: true, timeout: '60s' });
	make();
	const flushed = telemetry.flush();
	await backend.arrived(make === makeMetric ? 'metrics' : make === makeOneLog ? 'logs' : 'traces', 1);
	await flushed;
	return telemetry.stats().backends[0]?.lastError;
}
const makeMetric = () => metrics.getMeter('variables').createCounter('calls').add(1);
const makeOneLog = () => makeLogs(1);
const makeOneSpan = () => makeSpans(1);

/** For each variable with a number: a value, and what it changes. */
const EFFECTS: Readonly<
	Record<keyof typeof NUMBER_VARIABLES, (set: (value: string) => Record<string, string>) => Promise<void>>
> = {
	async OTEL_BSP_SCHEDULE_DELAY(set) {
		const { backend } = await started(set('20'));
		makeSpans(1);
		expect((await backend.arrived('traces', 1)).flatMap(spansOf)).toHaveLength(1);
	},
	async OTEL_BLRP_SCHEDULE_DELAY(set) {
		const { backend } = await started(set('20'));
		makeLogs(1);
		expect((await backend.arrived('logs', 1)).flatMap(logsOf)).toHaveLength(1);
	},
	async OTEL_BSP_MAX_EXPORT_BATCH_SIZE(set) {
		const { backend, telemetry } = await started(set('2'));
		makeSpans(5);
		await telemetry.flush();
		const bodies = await backend.arrived('traces', 3);
		expect(bodies.map((body) => spansOf(body).length)).toEqual([2, 2, 1]);
	},
	async OTEL_BLRP_MAX_EXPORT_BATCH_SIZE(set) {
		const { backend, telemetry } = await started(set('2'));
		makeLogs(5);
		await telemetry.flush();
		expect((await backend.arrived('logs', 3)).map((body) => logsOf(body).length)).toEqual([2, 2, 1]);
	},
	async OTEL_BSP_MAX_QUEUE_SIZE(set) {
		const { telemetry } = await started(set('3'));
		makeSpans(10);
		expect(telemetry.stats().spans).toMatchObject({ created: 10, dropped: 7 });
	},
	async OTEL_BLRP_MAX_QUEUE_SIZE(set) {
		const { telemetry } = await started(set('3'));
		makeLogs(10);
		expect(telemetry.stats().logs).toMatchObject({ created: 10, dropped: 7 });
	},
	async OTEL_BSP_EXPORT_TIMEOUT(set) {
		expect(await timedOut(set('150'), makeOneSpan)).toMatch(/150 ms|timed? ?out/i);
	},
	async OTEL_BLRP_EXPORT_TIMEOUT(set) {
		expect(await timedOut(set('150'), makeOneLog)).toMatch(/150 ms|timed? ?out/i);
	},
	async OTEL_METRIC_EXPORT_TIMEOUT(set) {
		expect(await timedOut(set('150'), makeMetric)).toMatch(/150 ms|timed? ?out/i);
	},
	async OTEL_METRIC_EXPORT_INTERVAL(set) {
		const { backend } = await started(set('50'));
		makeMetric();
		expect((await backend.arrived('metrics', 3)).flatMap(metricsOf).map(({ name }) => name)).toContain('calls');
	},
	async OTEL_ATTRIBUTE_COUNT_LIMIT(set) {
		expect(counts(await spanWith(set('2'))).attributes).toBe(2);
	},
	async OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT(set) {
		expect(counts(await spanWith(set('4'))).text).toBe('rose');
	},
	async OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT(set) {
		expect(counts(await spanWith({ ...set('1'), OTEL_ATTRIBUTE_COUNT_LIMIT: '3' }))).toMatchObject({ attributes: 1 });
	},
	async OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT(set) {
		expect(counts(await spanWith({ ...set('4'), OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '6' })).text).toBe('rose');
	},
	async OTEL_SPAN_EVENT_COUNT_LIMIT(set) {
		expect(counts(await spanWith(set('2')))).toEqual({ ...ALL, events: 2 });
	},
	async OTEL_SPAN_LINK_COUNT_LIMIT(set) {
		expect(counts(await spanWith(set('2')))).toEqual({ ...ALL, links: 2 });
	},
	async OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT(set) {
		expect(counts(await spanWith({ ...set('2'), OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '3' }))).toEqual({
			...ALL,
			ofEvent: 2,
		});
	},
	async OTEL_LINK_ATTRIBUTE_COUNT_LIMIT(set) {
		expect(counts(await spanWith({ ...set('2'), OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: '3' }))).toEqual({
			...ALL,
			ofLink: 2,
		});
	},
	async OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT(set) {
		expect(counts(await spanWith(set('2')))).toEqual({ ...ALL, ofEvent: 2 });
	},
	async OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT(set) {
		expect(counts(await spanWith(set('2')))).toEqual({ ...ALL, ofLink: 2 });
	},
	async OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT(set) {
		expect((await logWith({ ...set('1'), OTEL_ATTRIBUTE_COUNT_LIMIT: '3' }))?.attributes).toHaveLength(1);
	},
	async OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT(set) {
		expect((await logWith(set('4')))?.attributes[0]?.value.stringValue).toBe('rose');
	},
};

it.each(Object.entries(EFFECTS))('%s has its effect', async (name, check) => {
	expect(Object.keys(NUMBER_VARIABLES)).toContain(name);
	await check((value) => ({ [name]: value }));
});

it('without any of them nothing is cut', async () => {
	expect(counts(await spanWith({}))).toEqual(ALL);
	expect(Object.keys(EFFECTS).sort()).toEqual(Object.keys(NUMBER_VARIABLES).sort());
});

it('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION makes histograms exponential', async () => {
	const name = 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION';
	const { backend, telemetry } = await started({ [name]: 'base2_exponential_bucket_histogram' });
	metrics.getMeter('variables').createHistogram('wait').record(3);
	await telemetry.flush();
	const wait = (await backend.arrived('metrics', 1)).flatMap(metricsOf).find((metric) => metric.name === 'wait');
	expect([wait?.histogram, wait?.exponentialHistogram]).toEqual([undefined, expect.anything()]);
});

it('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE sets the temporality', async () => {
	const { backend, telemetry } = await started({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'DELTA' });
	makeMetric();
	await telemetry.flush();
	const calls = (await backend.arrived('metrics', 1)).flatMap(metricsOf).find((metric) => metric.name === 'calls');
	expect(calls?.sum?.aggregationTemporality).toBe(1);
});

it.each([
	['tracecontext', ['traceparent']],
	['baggage,jaeger', ['baggage']],
	['xray', ['baggage', 'traceparent']],
	['none', []],
])('OTEL_PROPAGATORS=%s has its effect', async (value, headers) => {
	await started({ OTEL_PROPAGATORS: value });
	const carrier: Record<string, string> = {};
	const baggage = propagation.createBaggage({ a: { value: 'b' } });
	const span = trace.getTracer('variables').startSpan('x');
	propagation.inject(propagation.setBaggage(trace.setSpan(ROOT_CONTEXT, span), baggage), carrier);
	expect(context.active()).toBe(ROOT_CONTEXT);
	expect(Object.keys(carrier).sort()).toEqual(headers);
});

it('OTEL_NODE_RESOURCE_DETECTORS has its effect', async () => {
	const { backend, telemetry } = await started({ OTEL_NODE_RESOURCE_DETECTORS: 'os,nothing' });
	makeSpans(1);
	await telemetry.flush();
	const [{ resourceSpans = [] } = {}] = await backend.arrived('traces', 1);
	const keys = resourceSpans[0]?.resource.attributes.map(({ key }) => key) ?? [];
	expect(keys).toContain('os.type');
	expect(keys).not.toContain('process.command_args');
});

it('OTEL_NODE_EXPERIMENTAL_SDK_METRICS has its effect', async () => {
	const { backend, telemetry } = await started({ OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'TRUE' });
	makeSpans(1);
	await telemetry.flush();
	const names = (await backend.arrived('metrics', 1)).flatMap(metricsOf).map((metric) => metric.name);
	expect(names).toContain('otel.sdk.span.started');
});
