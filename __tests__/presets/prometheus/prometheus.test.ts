import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, diag, SpanKind, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, SamplingDecision } from '@opentelemetry/sdk-trace';
import express from 'express';
import fastify from 'fastify';
import type { PresetParts } from '../../../presets/contract/preset.js';
import { negotiateFormat, prometheusHandler } from '../../../presets/prometheus/handler.js';
import { type PrometheusSettings, prometheusDefaults } from '../../../presets/prometheus/options.js';
import { prometheus } from '../../../presets/prometheus/preset.js';
import { ScrapeSampler } from '../../../sdk/assemble/scrape-sampler.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

const PROMETHEUS_3 =
	'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
	'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_2 =
	'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

let messages: string[];
let closing: (() => Promise<unknown>)[];

beforeEach(() => {
	messages = captureLogs();
	closing = [];
});
afterEach(async () => {
	for (const close of closing.reverse()) await close();
	diag.disable();
});

/** Starts the preset with the SDK's providers; on any free port unless the settings have one. */
async function started(settings: Partial<PrometheusSettings> = {}) {
	const parts: PresetParts = await prometheus.create({ ...prometheusDefaults, port: 0, ...settings }, environment());
	const sdk = providers(parts);
	closing.push(() => sdk.shutdown());
	const [backend] = parts.stats?.().backends ?? [];
	return { ...sdk, parts, url: backend?.endpoint ?? '', backend };
}

/** Starts a server that is not the preset's on 127.0.0.1, and returns its port. */
async function listening(server: Server | ReturnType<typeof createNetServer>, port = 0): Promise<number> {
	await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
	closing.push(() => new Promise((resolve) => server.close(resolve)));
	return (server.address() as AddressInfo).port;
}

const get = async (url: string, headers: Record<string, string> = {}) => {
	const response = await fetch(url, { headers: { connection: 'close', ...headers } });
	return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

/** Sends a request under a host name, and returns the status. A name of undefined is that of HTTP/1.0, which has none. */
function statusUnder(url: string, host: string | undefined, path = '/metrics'): Promise<number> {
	const { port, hostname } = new URL(url);
	return new Promise((resolve, reject) => {
		const socket = connect(Number(port), hostname.replace(/[[\]]/g, ''));
		const version = host === undefined ? '1.0' : '1.1';
		const header = host === undefined ? '' : `Host: ${host}\r\n`;
		socket.end(`GET ${path} HTTP/${version}\r\n${header}Connection: close\r\n\r\n`);
		let text = '';
		socket.on('data', (data) => {
			text += data;
		});
		socket.on('error', reject);
		socket.on('close', () => resolve(Number(text.split(' ')[1])));
	});
}

describe('a request for a host name', () => {
	it('of this machine, or of allowedHosts, gets the page on loopback; any other gets 403 for every page', async () => {
		const { url } = await started({ allowedHosts: ['Metrics.Test', 'fe80::1'] });
		for (const host of [
			'localhost',
			'LOCALHOST:9464',
			'localhost.',
			'127.0.0.1:9464',
			'[::1]:9464',
			'host.docker.internal',
			'metrics.test:80',
			'[fe80::1]:1',
			undefined,
		]) {
			expect([host, await statusUnder(url, host)]).toEqual([host, 200]);
		}
		for (const host of [
			'evil.test',
			'localhost.evil.test',
			'evil.test:9464',
			'127.0.0.1.evil.test',
			'192.168.0.1',
			'',
			'a b',
		]) {
			expect([host, await statusUnder(url, host)]).toEqual([host, 403]);
			expect([host, await statusUnder(url, host, '/other')]).toEqual([host, 403]);
		}
	});

	it('is not checked if the server listens on another address', async () => {
		const { url } = await started({ host: '0.0.0.0' });
		expect(await statusUnder(url.replace('0.0.0.0', '127.0.0.1'), 'garden.default.svc:9464')).toBe(200);
	});

	it('is checked on the other loopback addresses too', async () => {
		const { url } = await started({ host: '127.0.0.2' });
		expect(await statusUnder(url, '127.0.0.2')).toBe(200);
		expect(await statusUnder(url, 'evil.test')).toBe(403);
	});
});

describe('prometheus', () => {
	it('serves its page as text by default', async () => {
		const { meter, url } = await started();
		meter.createCounter('calls', { description: 'How many.', unit: '{call}' }).add(3, { 'a.label': 'x"y\n' });
		const { status, type, text } = await get(url);
		expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
		expect(text.split('\n').filter((line) => !line.includes('target_info'))).toEqual([
			'# TYPE calls_total counter',
			'# HELP calls_total How many.',
			'calls_total{a_label="x\\"y\\n",otel_scope_name="test",otel_scope_version="1.2.3"} 3',
			'',
		]);
		expect(text).toMatch(
			/^# TYPE target_info gauge\n# HELP target_info Target metadata\ntarget_info\{.*telemetry_sdk_language="nodejs".*\} 1\n/,
		);
		expect(messages).toEqual([]);
	});

	it.each([
		['Prometheus 3', PROMETHEUS_3],
		['Prometheus 2.42', PROMETHEUS_2],
	])('serves OpenMetrics to %s', async (_, accept) => {
		const { meter, url } = await started();
		meter.createHistogram('took', { unit: 's', advice: { explicitBucketBoundaries: [1, 2.5] } }).record(2);
		meter.createCounter('calls').add(1);
		const { type, text } = await get(url, { accept });
		expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
		const scope = 'otel_scope_name="test",otel_scope_version="1.2.3"';
		const lines = text.split('\n').slice(3);
		const created = lines.filter((line) => line.includes('_created{'));
		expect(created.map((line) => line.replace(/ [\d.]+$/, ''))).toEqual([
			`took_seconds_created{${scope}}`,
			`calls_created{${scope}}`,
		]);
		for (const line of created) expect(Math.abs(Date.now() / 1000 - Number(line.split(' ')[1]))).toBeLessThan(60);
		expect(lines.filter((line) => !created.includes(line))).toEqual([
			'# TYPE took_seconds histogram',
			'# UNIT took_seconds seconds',
			`took_seconds_bucket{${scope},le="1.0"} 0`,
			`took_seconds_bucket{${scope},le="2.5"} 1`,
			`took_seconds_bucket{${scope},le="+Inf"} 1`,
			`took_seconds_sum{${scope}} 2`,
			`took_seconds_count{${scope}} 1`,
			'# TYPE calls counter',
			`calls_total{${scope}} 1`,
			'# EOF',
			'',
		]);
		expect(text).toMatch(/^# TYPE target info\n# HELP target Target metadata\ntarget_info\{/);
	});

	it('serves text if it has more weight, and to browsers and curl', () => {
		const accepts = ['', '*/*', 'text/html,*/*;q=0.8', 'application/openmetrics-text;q=0.1,text/plain', 'image/png'];
		expect(accepts.map((accept) => negotiateFormat(accept))).toEqual(['text', 'text', 'text', 'text', 'text']);
		expect(negotiateFormat('application/openmetrics-text; version=0.0.1')).toBe('text');
		expect(negotiateFormat('application/openmetrics-text; version="1.0.0"')).toBe('openmetrics');
	});

	it('responds with 404 at other paths and 405 to a POST, and gzips if the client accepts that', async () => {
		const { meter, url } = await started({ path: '/here' });
		expect(url).toMatch(/^http:\/\/localhost:\d+\/here$/);
		expect(await get(url.replace('/here', '/metrics'))).toMatchObject({
			status: 404,
			text: 'The metrics are at /here.\n',
		});
		expect((await fetch(url, { method: 'POST' })).status).toBe(405);
		expect(await (await fetch(url, { method: 'HEAD' })).text()).toBe('');
		for (let i = 0; i < 50; i++) meter.createCounter(`counter.${i}`).add(1);
		const response = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
		expect(response.headers.get('content-encoding')).toBe('gzip');
		expect(await response.text()).toContain('counter_49_total{');
	});

	it('listens on 127.0.0.1 if the host is localhost, and does not listen after its shutdown', async () => {
		const { url, shutdown } = await started();
		const { port } = new URL(url);
		expect((await get(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
		await shutdown();
		closing = [];
		await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('fetch failed');
	});

	it('reports at once that its port is in use, with the way out, and continues', async () => {
		const port = await listening(createNetServer());
		const { backend, meter, parts } = await started({ port });
		meter.createCounter('calls').add(1);
		expect(messages).toEqual([
			`agentese-otel: prometheus: port ${port} on localhost is in use, so the metrics of this process are not served. Set ` +
				'prometheus.port to a free one (0 selects any), or prometheus.listen: false and mount prometheusHandler().',
		]);
		expect(backend).toEqual({
			preset: 'prometheus',
			endpoint: `http://localhost:${port}/metrics`,
			lastError: `listen EADDRINUSE: address already in use 127.0.0.1:${port}`,
			lastErrorAt: expect.any(Number),
			unreachableSince: expect.any(Number),
		});
		expect(parts.metricReaders).toHaveLength(1);
	});

	it('reports an address that this machine does not have', async () => {
		await started({ host: '192.0.2.1', port: 9464 });
		expect(messages).toEqual([
			expect.stringMatching(/^agentese-otel: prometheus: cannot listen on 192\.0\.2\.1:9464, .* Reason: listen EADDR/),
		]);
	});

	it('starts no server if its metrics are sent to another preset', async () => {
		expect(await prometheus.create(prometheusDefaults, environment(['traces', 'logs']))).toEqual({});
	});

	it('calls the callbacks of observables outside of any span, and reports once that one fails', async () => {
		const { meter, url } = await started();
		meter
			.createObservableGauge('spans')
			.addCallback((result) => result.observe(Number(trace.getActiveSpan() !== undefined)));
		meter.createObservableGauge('broken').addCallback(() => {
			throw new Error('no reading');
		});
		await get(url);
		const { text } = await get(url);
		expect(text).toMatch(/\nspans\{.*\} 0\n/);
		expect(messages).toEqual(['agentese-otel: the callback of an observable failed. Reason: no reading']);
	});

	it('counts the data points that it served', async () => {
		const { meter, parts, url } = await started();
		meter.createCounter('calls').add(1);
		await get(url);
		await get(url);
		expect(parts.stats?.().metricPoints).toEqual({ created: 2, delivered: 2, queued: 0, dropped: 0, droppedBy: {} });
	});
});

describe('prometheusHandler()', () => {
	const calls = /\ncalls_total\{.*\} 1\n/;

	it('responds with 503 while no telemetry runs, and with the page once it does', async () => {
		const port = await listening(createServer(prometheusHandler()));
		expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({
			status: 503,
			text: 'No telemetry with the prometheus preset is running.\n',
		});
		const { meter } = await started({ listen: false });
		meter.createCounter('calls').add(1);
		expect((await get(`http://127.0.0.1:${port}/`)).text).toMatch(calls);
	});

	it('starts no server if the config sets listen: false', async () => {
		const { parts } = await started({ listen: false });
		expect(parts.stats?.().backends).toEqual([]);
	});

	it('mounts on express', async () => {
		const { meter } = await started({ listen: false });
		meter.createCounter('calls').add(1);
		const app = express();
		app.get('/metrics', prometheusHandler());
		const port = await listening(createServer(app));
		expect((await get(`http://127.0.0.1:${port}/metrics`)).text).toMatch(calls);
	});

	it('mounts on fastify', async () => {
		const { meter } = await started({ listen: false });
		meter.createCounter('calls').add(1);
		const app = fastify();
		const handler = prometheusHandler();
		app.get('/metrics', (request, reply) => {
			reply.hijack();
			return handler(request.raw, reply.raw);
		});
		closing.push(() => app.close());
		await app.listen({ port: 0, host: '127.0.0.1' });
		const { port } = app.server.address() as AddressInfo;
		expect((await get(`http://127.0.0.1:${port}/metrics`)).text).toMatch(calls);
	});
});

describe('a scrape of the metrics page', () => {
	const sampler = new ScrapeSampler(new AlwaysOnSampler());
	const decide = (kind: SpanKind, attributes: object) =>
		sampler.shouldSample(context.active(), '1'.repeat(32), 'GET', kind, { ...attributes }, []).decision;

	it('is no span on a server of the application, at the path of the config', async () => {
		await started({ listen: false, path: '/inner/metrics' });
		expect(decide(SpanKind.SERVER, { 'url.path': '/inner/metrics' })).toBe(SamplingDecision.NOT_RECORD);
		expect(decide(SpanKind.SERVER, { 'http.target': '/inner/metrics?a=1' })).toBe(SamplingDecision.NOT_RECORD);
		expect(decide(SpanKind.SERVER, { 'url.path': '/orders' })).toBe(SamplingDecision.RECORD_AND_SAMPLED);
		expect(decide(SpanKind.CLIENT, { 'url.path': '/inner/metrics' })).toBe(SamplingDecision.RECORD_AND_SAMPLED);
	});

	it("is no span on the preset's server, though node:http is instrumented", async () => {
		// Instrumentations of node:http replace `emit` on the prototype too.
		const prototype = Object.getPrototypeOf(createServer());
		const { emit } = prototype;
		const urls: string[] = [];
		prototype.emit = function (this: unknown, event: string, ...args: unknown[]) {
			if (event === 'request') urls.push((args[0] as { url: string }).url);
			return Reflect.apply(emit, this, [event, ...args]);
		};
		try {
			const { url } = await started();
			expect((await get(url)).status).toBe(200);
			const port = await listening(createServer((_, response) => void response.end()));
			await get(`http://127.0.0.1:${port}/other`);
		} finally {
			delete prototype.emit;
		}
		expect(urls).toEqual(['/other']);
	});
});
