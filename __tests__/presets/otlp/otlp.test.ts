import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type OtlpSettings, otlpDefaults } from '../../../presets/contract/otlp-options.js';
import { jaeger, toOtlpEndpoint } from '../../../presets/jaeger/preset.js';
import { otlp } from '../../../presets/otlp/preset.js';
import { temporary } from '../../support/children.js';
import {
	type Backend,
	grpcBackend,
	type HttpResponder,
	httpBackend,
	logTextsIn,
	metricNamesIn,
	resourceIn,
	spanNamesIn,
} from '../../support/otlp-servers.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

const SENT = { onDisk: 0, adopted: 0, rejected: 0, retries: 0 };
const NOTHING = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {}, ...SENT };
const all = (made: number) => ({ ...NOTHING, created: made, delivered: made });

let backends: Backend[];
let messages: string[];

beforeEach(() => {
	backends = [];
	messages = captureLogs();
});
afterEach(async () => {
	diag.disable();
	for (const backend of backends) await backend.close();
});

async function http(...args: Parameters<typeof httpBackend>): Promise<Backend> {
	const backend = await httpBackend(...args);
	backends.push(backend);
	return backend;
}

const partsOf = (settings: Partial<OtlpSettings>) => otlp.create({ ...otlpDefaults(), ...settings }, environment());

/** Sends one span, one measurement and one log record through the preset, and returns its counts. */
async function sendOneOfEach(settings: Partial<OtlpSettings>) {
	const parts = await partsOf(settings);
	const { tracer, meter, logger, shutdown } = providers(parts);
	tracer.startSpan('a span').end();
	meter.createCounter('a.counter').add(2);
	logger.emit({ body: 'a record' });
	await shutdown();
	return parts.stats?.();
}

/** Returns an address at which nothing listens. */
async function unusedAddress(): Promise<string> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

const REFUSE: HttpResponder = () => ({ status: 400, body: Buffer.from('no') });

describe('otlp', () => {
	it('sends all three signals as protobuf over HTTP, to the paths of the specification', async () => {
		const backend = await http();
		const stats = await sendOneOfEach({ endpoint: backend.url, headers: { 'x-key': 'k' } });
		const byPath = Object.fromEntries(backend.got.map((got) => [got.path, got]));
		expect(Object.keys(byPath).sort()).toEqual(['/v1/logs', '/v1/metrics', '/v1/traces']);
		const { '/v1/traces': spans, '/v1/metrics': metrics, '/v1/logs': logs } = byPath;
		expect(spanNamesIn(spans?.body ?? Buffer.alloc(0))).toEqual(['a span']);
		expect(metricNamesIn(metrics?.body ?? Buffer.alloc(0))).toEqual(['a.counter']);
		expect(logTextsIn(logs?.body ?? Buffer.alloc(0))).toEqual(['a record']);
		expect(resourceIn(spans?.body ?? Buffer.alloc(0))).toMatchObject({ 'telemetry.sdk.language': 'nodejs' });
		expect(spans?.headers).toMatchObject({
			'content-type': 'application/x-protobuf',
			'x-key': 'k',
			'user-agent': expect.stringMatching(/^agentese-otel\/\d+\.\d+\.\d+ /),
		});
		expect(stats).toEqual({
			spans: all(1),
			metricPoints: all(1),
			logs: all(1),
			files: [],
			backends: [{ preset: 'otlp', endpoint: backend.url, lastError: undefined, lastErrorAt: undefined }],
		});
		expect(messages).toEqual([]);
	});

	it('sends JSON, with NaN as the JSON mapping of protobuf requires it, and gzips if compression is set', async () => {
		const backend = await http();
		const parts = await partsOf({ endpoint: `${backend.url}/base/`, protocol: 'http/json', compression: 'gzip' });
		const { tracer, shutdown } = providers(parts);
		tracer.startSpan('odd', { attributes: { number: Number.NaN } }).end();
		await shutdown();
		const [got] = backend.got;
		expect([got?.path, got?.headers['content-type'], got?.headers['content-encoding']]).toEqual([
			'/base/v1/traces',
			'application/json',
			'gzip',
		]);
		const [span] = JSON.parse(String(got?.body)).resourceSpans[0].scopeSpans[0].spans;
		expect([span.name, span.attributes]).toEqual(['odd', [{ key: 'number', value: { doubleValue: 'NaN' } }]]);
	});

	it('sends all three signals over gRPC, with the headers as metadata', async () => {
		const backend = await grpcBackend();
		backends.push(backend);
		const settings = { endpoint: backend.url, protocol: 'grpc' as const, compression: 'gzip' as const };
		const stats = await sendOneOfEach({ ...settings, headers: { 'X-Key': 'k' } });
		const names = backend.got.map(({ path }) => path.split('/')[1]?.split('.').at(-1)).sort();
		expect(names).toEqual(['LogsService', 'MetricsService', 'TraceService']);
		const spans = backend.got.find(({ path }) => path.includes('Trace'));
		expect(spanNamesIn(spans?.body ?? Buffer.alloc(0))).toEqual(['a span']);
		expect(spans?.headers).toMatchObject({ 'x-key': 'k' });
		expect([stats?.spans, stats?.metricPoints, stats?.logs]).toEqual([all(1), all(1), all(1)]);
	});

	it('uses the endpoint of a signal unchanged, with the options of that signal', async () => {
		const [general, tracesOnly] = [await http(), await http()];
		await sendOneOfEach({
			endpoint: general.url,
			headers: { 'x-key': 'all', 'x-other': 'o' },
			traces: { endpoint: `${tracesOnly.url}/in/here`, headers: { 'x-key': 'traces' }, protocol: 'http/json' },
		});
		expect(general.got.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics']);
		const [got] = tracesOnly.got;
		expect(tracesOnly.got.map(({ path }) => path)).toEqual(['/in/here']);
		expect(got?.headers).toMatchObject({ 'x-key': 'traces', 'x-other': 'o', 'content-type': 'application/json' });
	});

	it('does not read the environment again, because a stronger source of the config has set the values', async () => {
		const backend = await http();
		process.env['OTEL_EXPORTER_OTLP_HEADERS'] = 'x-secret=of-another-backend';
		process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] = 'http://127.0.0.1:1/nowhere';
		try {
			await sendOneOfEach({ endpoint: backend.url });
		} finally {
			delete process.env['OTEL_EXPORTER_OTLP_HEADERS'];
			delete process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
		}
		expect(backend.got.map(({ headers }) => headers['x-secret'])).toEqual([undefined, undefined, undefined]);
	});

	it('delivers all of 6000 spans that end in one turn, and flush() waits for them', async () => {
		const backend = await http();
		const parts = await partsOf({ endpoint: backend.url });
		const { tracer, flush, shutdown } = providers(parts);
		for (let i = 0; i < 6000; i++) tracer.startSpan(`span ${i}`).end();
		expect(parts.stats?.().spans).toEqual({ ...NOTHING, created: 6000, queued: 6000 });
		await flush();
		const names = backend.got.flatMap(({ body, path }) => (path === '/v1/traces' ? spanNamesIn(body) : []));
		expect(new Set(names).size).toBe(6000);
		expect(parts.stats?.().spans).toEqual(all(6000));
		await shutdown();
	});

	it('sends an incomplete batch after OTEL_BSP_SCHEDULE_DELAY', async () => {
		const backend = await http();
		process.env['OTEL_BSP_SCHEDULE_DELAY'] = '30';
		const parts = await partsOf({ endpoint: backend.url });
		delete process.env['OTEL_BSP_SCHEDULE_DELAY'];
		const { tracer, shutdown } = providers(parts);
		tracer.startSpan('alone').end();
		for (let tries = 0; tries < 300 && backend.got.length === 0; tries++) {
			await new Promise((resolve) => setTimeout(resolve, 10));
		}
		expect(backend.got.flatMap(({ body }) => spanNamesIn(body))).toEqual(['alone']);
		await shutdown();
	});

	it('drops and counts the spans above OTEL_BSP_MAX_QUEUE_SIZE', async () => {
		const backend = await http();
		process.env['OTEL_BSP_MAX_QUEUE_SIZE'] = '10';
		const parts = await partsOf({ endpoint: backend.url });
		delete process.env['OTEL_BSP_MAX_QUEUE_SIZE'];
		const { tracer, shutdown } = providers(parts);
		for (let i = 0; i < 12; i++) tracer.startSpan(`span ${i}`).end();
		await shutdown();
		expect(parts.stats?.().spans).toEqual({
			...NOTHING,
			...{ created: 12, delivered: 10, dropped: 2, droppedBy: { memory: 2 } },
		});
	});

	it('reports an unreachable endpoint in one line, counts the lost records, and keeps the last error', async () => {
		const endpoint = await unusedAddress();
		const stats = await sendOneOfEach({ endpoint });
		const lost = { ...NOTHING, created: 1, dropped: 1, droppedBy: { undelivered: 1 }, retries: 1 };
		const { port } = new URL(endpoint);
		const reason = `connect ECONNREFUSED 127.0.0.1:${port}`;
		expect(stats).toEqual({
			spans: lost,
			metricPoints: lost,
			logs: lost,
			files: [],
			backends: [{ preset: 'otlp', endpoint, lastError: reason, lastErrorAt: expect.any(Number) }],
		});
		expect(messages).toEqual([
			`agentese-otel: the otlp preset cannot deliver to ${endpoint}; telemetry waits in memory, up to a limit, and ` +
				`stats() counts what is lost. Start a backend there, or set otlp.endpoint to its address. Reason: ${reason}`,
		]);
	});

	it('reports that the server speaks another protocol, and which one to set', async () => {
		const [overHttp, overGrpc] = [await http(), await grpcBackend()];
		backends.push(overGrpc);
		await sendOneOfEach({ endpoint: overGrpc.url, timeout: 1000 });
		await sendOneOfEach({ endpoint: overHttp.url, protocol: 'grpc', timeout: 1000 });
		const line = (rest: string) =>
			expect.stringMatching(new RegExp(`cannot deliver to .* The server does not speak ${rest}`));
		expect(messages).toEqual([
			line('HTTP: set otlp\\.protocol: grpc, .* Reason: Parse Error: '),
			line('gRPC: set otlp\\.protocol: http/protobuf, .* Reason: Protocol error'),
		]);
	});

	it('reports that a backend refuses a record while it accepts others, and does not send that one again', async () => {
		const backend = await http((got) => (spanNamesIn(got.body).includes('bad') ? REFUSE(got) : { status: 200 }));
		const parts = await partsOf({ endpoint: backend.url });
		const { tracer, flush, shutdown } = providers(parts);
		for (const name of ['a', 'bad', 'b', 'c']) tracer.startSpan(name).end();
		await flush();
		expect(messages).toEqual([
			expect.stringMatching(/ refuses what the otlp preset sends; .* Reason: 400 Bad Request$/),
		]);
		const sent = backend.got.map(({ body }) => spanNamesIn(body).join(' '));
		// The whole, its first half, the bad one of it, the good one, the bad one again, and the other half.
		expect(sent).toEqual(['a bad b c', 'a bad', 'a', 'bad', 'b c']);
		await shutdown();
		expect(backend.got.length).toBe(5);
		expect(parts.stats?.().spans).toEqual({
			...NOTHING,
			...{ created: 4, delivered: 3, dropped: 1, droppedBy: { refused: 1 } },
		});
	});

	it('keeps everything if a backend refuses every record, and reports what to compare', async () => {
		let refuse = true;
		const backend = await http((got) => (refuse ? REFUSE(got) : { status: 200 }));
		const parts = await partsOf({ endpoint: backend.url });
		const { tracer, flush, shutdown } = providers(parts);
		for (let i = 0; i < 64; i++) tracer.startSpan(`span ${i}`).end();
		await flush();
		expect(parts.stats?.().spans).toMatchObject({ queued: 64, dropped: 0 });
		// 64, 32, 16, 8, 4, 2, 1, and the other 1.
		expect(backend.got.length).toBe(8);
		expect(messages).toEqual([
			expect.stringMatching(/Compare otlp\.endpoint .* Reason: it refuses every record: 400 Bad Request$/),
		]);
		refuse = false;
		await flush();
		expect(parts.stats?.().spans).toMatchObject({ ...all(64), retries: 1 });
		await shutdown();
	});

	it('counts the spans of a request that a backend accepts in part', async () => {
		// ExportTraceServiceResponse { partial_success: { rejected_spans: 2 } }
		const backend = await http(() => ({ status: 200, body: Buffer.from([0x0a, 0x02, 0x08, 0x02]) }));
		const parts = await partsOf({ endpoint: backend.url });
		const { tracer, shutdown } = providers(parts);
		for (let i = 0; i < 5; i++) tracer.startSpan(`span ${i}`).end();
		await shutdown();
		expect(parts.stats?.().spans).toEqual({
			...NOTHING,
			...{ created: 5, delivered: 3, dropped: 2, droppedBy: { refused: 2 } },
		});
	});

	it('sends a password of the endpoint, and keeps it out of messages and stats()', async () => {
		const backend = await http(REFUSE);
		const stats = await sendOneOfEach({ endpoint: backend.url.replace('//', '//me:s3cret@') });
		expect(backend.got[0]?.headers['authorization']).toBe(`Basic ${btoa('me:s3cret')}`);
		expect(JSON.stringify([messages, stats])).not.toContain('s3cret');
	});

	it.each([
		['cumulative', [1, 2]],
		['delta', [1, 1]],
		['lowmemory', [1, 1]],
	] as const)('counts from the start that the temporality %s defines', async (temporality, expected) => {
		const backend = await http();
		const parts = await partsOf({ endpoint: backend.url, protocol: 'http/json', temporality });
		const { meter, flush, shutdown } = providers(parts);
		const counter = meter.createCounter('calls');
		const active = meter.createUpDownCounter('active');
		const exported: unknown[][] = [];
		for (let i = 0; i < 2; i++) {
			counter.add(1);
			active.add(1);
			await flush();
			const { resourceMetrics } = JSON.parse(String(backend.got.at(-1)?.body));
			const { metrics } = resourceMetrics[0].scopeMetrics[0];
			exported.push(
				metrics.map((metric: { sum: { dataPoints: { asDouble: number }[] } }) => metric.sum.dataPoints[0]?.asDouble),
			);
		}
		await shutdown();
		expect(exported).toEqual([
			[expected[0], 1],
			[expected[1], 2],
		]);
	});
});

describe('jaeger', () => {
	it('sends traces alone, over OTLP', async () => {
		const backend = await http();
		const parts = await jaeger.create(
			{ endpoint: backend.url, protocol: 'http/protobuf', headers: { 'x-kept': 'yes' } },
			environment(),
		);
		expect(Object.keys(parts).sort()).toEqual(['fill', 'setHeaders', 'spanProcessors', 'stats']);
		const { tracer, shutdown } = providers(parts);
		tracer.startSpan('for jaeger').end();
		await shutdown();
		expect(backend.got.map(({ path, body }) => [path, spanNamesIn(body)])).toEqual([['/v1/traces', ['for jaeger']]]);
		expect(backend.got[0]?.headers['x-kept']).toBe('yes');
		expect(parts.stats?.().backends).toEqual([
			{ preset: 'jaeger', endpoint: backend.url, lastError: undefined, lastErrorAt: undefined },
		]);
	});

	it('sends to port 4318 of this machine by default, and to 4317 over gRPC', async () => {
		const endpoints = [];
		for (const protocol of ['http/protobuf', 'grpc'] as const) {
			const parts = await jaeger.create({ endpoint: undefined, protocol, headers: {} }, environment());
			endpoints.push(parts.stats?.().backends?.[0]?.endpoint);
			await providers(parts).shutdown();
		}
		expect(endpoints).toEqual(['http://localhost:4318', 'http://localhost:4317']);
	});

	it("replaces the port of Jaeger's removed agent by OTLP's on the same host, and reports that once", () => {
		const mapped = [
			toOtlpEndpoint('http://tracing:6831', 'http/protobuf'),
			toOtlpEndpoint('tracing:6831', 'http/protobuf'),
		];
		expect(mapped).toEqual(['http://tracing:4318/', 'http://tracing:4318/']);
		expect(toOtlpEndpoint('http://tracing:6831', 'grpc')).toBe('http://tracing:4317/');
		expect(toOtlpEndpoint('http://tracing:9999', 'http/protobuf')).toBe('http://tracing:9999');
		expect(messages).toEqual([
			"agentese-otel: jaeger: tracing:6831 has a port of Jaeger's removed agent; traces are sent to tracing:4318 over OTLP " +
				'instead. Set jaeger.endpoint: http://tracing:4318, and start a Jaeger that accepts OTLP.',
		]);
	});
});

describe('a Unix domain socket', () => {
	it('is reached over gRPC, and is one backend by its path', async () => {
		const folder = temporary();
		const socket = join(folder, 'otlp.sock');
		const backend = await grpcBackend(undefined, undefined, `unix:${socket}`);
		backends.push(backend);
		const parts = await otlp.create(
			{ ...otlpDefaults(), endpoint: `unix://${socket}`, protocol: 'grpc' },
			environment(['traces']),
		);
		const { tracer, flush, shutdown } = providers(parts);
		tracer.startSpan('near').end();
		await flush();
		await shutdown();
		expect(backend.got.flatMap(({ body }) => spanNamesIn(body))).toEqual(['near']);
		expect(parts.stats?.().backends).toEqual([
			expect.objectContaining({ endpoint: `unix://${socket}`, lastError: undefined }),
		]);
		rmSync(folder, { recursive: true });
	});
});
