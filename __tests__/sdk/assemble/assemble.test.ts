import { writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, diag, metrics, trace } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { type IdGenerator, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { traced } from '../../../index.js';
import { instruments } from '../../../lib/instruments/instruments.js';
import { tracingSettings } from '../../../lib/invocation/settings.js';
import { activeRules } from '../../../lib/rules/rules.js';
import { assemble } from '../../../sdk/assemble/assemble.js';
import { loadConfig, nodeSdkConfiguration } from '../../../sdk/index.js';
import { temporary } from '../../support/children.js';
import { httpBackend, metricNamesIn, spanNamesIn } from '../../support/otlp-servers.js';
import { captureLogs } from '../../support/providers.js';

const NAMES = [
	'agentese_invocations_total',
	'agentese_invoke_duration_milliseconds',
	'agentese_tokens_total',
	'agentese_invoke_active',
];
const BOUNDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000];

let directory: string;
let logged: string[];

beforeEach(() => {
	directory = temporary();
	logged = captureLogs();
	writeFileSync(join(directory, 'package.json'), '{"name":"garden","version":"4.5.6"}');
});
afterEach(async () => {
	metrics.disable();
	diag.disable();
	await rm(directory, { recursive: true, force: true });
});

const configured = async (config: Parameters<typeof loadConfig>[0]) =>
	assemble(await loadConfig(config, { cwd: directory, home: directory }));

/** Generates pseudo-random ids that are the same in every run (mulberry32). */
function seeded(seed: number): IdGenerator {
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let bits = Math.imul(state ^ (state >>> 15), 1 | state);
		bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
		return ((bits ^ (bits >>> 14)) >>> 0).toString(16).padStart(8, '0');
	};
	return {
		generateTraceId: () => next() + next() + next() + next(),
		generateSpanId: () => next() + next(),
	};
}

describe('sampling', () => {
	it('keeps a tenth of 20,000 traces at a rate of 0.1, each of them completely', async () => {
		const { configuration } = await configured({ preset: 'none', sampling: { rate: 0.1 } });
		const exporter = new InMemorySpanExporter();
		const tracers = new TracerProvider({
			...(configuration.sampler && { sampler: configuration.sampler }),
			idGenerator: seeded(20_261_122),
			spanProcessors: [new SimpleSpanProcessor({ exporter })],
		});
		const tracer = tracers.getTracer('test');
		const roots = 20_000;
		for (let i = 0; i < roots; i++) {
			const root = tracer.startSpan('root');
			tracer.startSpan('child', {}, trace.setSpan(context.active(), root)).end();
			root.end();
		}
		const spans = exporter.getFinishedSpans();
		const kept = spans.filter(({ name }) => name === 'root').length;
		const expected = roots * 0.1;
		const chiSquare = (kept - expected) ** 2 / expected + (kept - expected) ** 2 / (roots - expected);
		// One degree of freedom: beyond 10.83 once in a thousand seeds.
		expect(chiSquare).toBeLessThan(10.83);
		expect(spans.length).toBe(2 * kept);
		const byTrace = Map.groupBy(spans, (span) => span.spanContext().traceId);
		expect([...byTrace.values()].filter((pair) => pair.length !== 2)).toEqual([]);
		await tracers.shutdown();
	});

	it.each([
		['always_off', undefined, 'ModelCallSampler{AlwaysOffSampler}'],
		['parentbased_always_off', undefined, /^ModelCallSampler\{ParentBased\{root=AlwaysOffSampler/],
		['traceidratio', '0.25', 'ModelCallSampler{TraceIdRatioBased{0.25}}'],
		['parentbased_traceidratio', '0.25', /^ModelCallSampler\{ParentBased\{root=TraceIdRatioBased\{0.25\}/],
	])('follows OTEL_TRACES_SAMPLER=%s if no other source sets a rate', async (name, share, expected) => {
		process.env['OTEL_TRACES_SAMPLER'] = name;
		if (share !== undefined) process.env['OTEL_TRACES_SAMPLER_ARG'] = share;
		try {
			const { configuration } = await configured({ preset: 'none' });
			if (typeof expected === 'string') expect(String(configuration.sampler)).toBe(expected);
			else expect(String(configuration.sampler)).toMatch(expected);
			const stronger = await configured({ preset: 'none', sampling: { rate: 1 } });
			expect(String(stronger.configuration.sampler)).toMatch(/^ModelCallSampler\{ParentBased\{root=AlwaysOnSampler/);
		} finally {
			delete process.env['OTEL_TRACES_SAMPLER'];
			delete process.env['OTEL_TRACES_SAMPLER_ARG'];
		}
	});
});

describe('several presets', () => {
	it("each get their signals, nothing is exported twice, and every reader has the toolkit's names and buckets", async () => {
		const [otlp, jaeger] = [await httpBackend(), await httpBackend()];
		const { configuration, parts } = await configured({
			preset: ['otlp', 'jaeger', 'prometheus'],
			otlp: { endpoint: otlp.url },
			jaeger: { endpoint: jaeger.url },
			prometheus: { port: 0 },
		});
		const { spanProcessors = [], metricReaders = [], logRecordProcessors = [], views = [] } = configuration;
		// The processors of the two presets, after the one that adds the observer's attributes.
		expect([spanProcessors.length, metricReaders.length, logRecordProcessors.length]).toEqual([3, 2, 1]);
		const meters = new MeterProvider({ readers: metricReaders, views });
		metrics.setGlobalMeterProvider(meters);
		const made = instruments();
		made?.invocations.add(2, { 'agentese.path': 'self.soul.challenge' });
		made?.duration().record(7);
		made?.duration([3, 9]).record(7);
		made?.tokens.add(5, { 'agentese.tokens.direction': 'in' });
		made?.active.add(1);
		const tracers = new TracerProvider({ spanProcessors });
		tracers.getTracer('test').startSpan('a span').end();
		await Promise.all([tracers.forceFlush(), meters.forceFlush()]);
		const page = await (await fetch(parts.at(-1)?.stats?.().backends?.[0]?.endpoint ?? '')).text();
		const lines = page.split('\n').filter((line) => line.startsWith('agentese_'));
		const named = lines.map((line) => line.replace(/(_bucket|_sum|_count)?[{ ].*$/, ''));
		expect([...new Set(named)].sort()).toEqual([...NAMES].sort());
		expect(new Set(lines).size).toBe(lines.length);
		const bounds = (scope: string) =>
			lines.flatMap((line) =>
				line.includes(`otel_scope_name="${scope}"`) ? (/le="([\d.]+)"/.exec(line)?.[1] ?? []) : [],
			);
		expect(bounds('agentese-otel').map(Number)).toEqual(BOUNDS);
		expect(bounds('agentese-otel/3,9').map(Number)).toEqual([3, 9]);
		const sent = otlp.got.filter(({ path }) => path === '/v1/metrics');
		expect(sent.map(({ body }) => metricNamesIn(body).sort())).toEqual([
			[
				'agentese.invocations',
				'agentese.invoke.active',
				'agentese.invoke.duration',
				'agentese.invoke.duration',
				'agentese.tokens',
			],
		]);
		for (const { got } of [otlp, jaeger]) {
			expect(got.flatMap(({ path, body }) => (path === '/v1/traces' ? spanNamesIn(body) : []))).toEqual(['a span']);
		}
		await Promise.all([tracers.shutdown(), meters.shutdown(), ...logRecordProcessors.map((one) => one.shutdown())]);
		await Promise.all([otlp.close(), jaeger.close()]);
		expect(logged).toEqual([]);
	});

	it('include a custom preset, whose own schema checks its options', async () => {
		const module = join(directory, 'mine.mjs');
		const zod = import.meta.resolve('zod');
		writeFileSync(
			module,
			`import { z } from '${zod}';
			const schema = z.strictObject({ greeting: z.string().default('hello') });
			export default { name: 'mine', schema, create: ({ greeting }, { signals }) => ({
				stats: () => ({ greeting, signals }),
				spanProcessors: [{ onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }],
			}) };`,
		);
		const { parts } = await configured({ preset: ['./mine.mjs'] });
		expect(parts.map(({ stats }) => stats?.())).toEqual([
			{ greeting: 'hello', signals: ['traces', 'metrics', 'logs'] },
		]);
		const wrong = configured({ preset: ['./mine.mjs'], mine: { greeting: 5 } } as object);
		await expect(wrong).rejects.toThrow(/mine\.greeting/);
	});

	it('are shut down if one of them fails', async () => {
		const module = join(directory, 'broken.mjs');
		writeFileSync(module, `export default { name: 'broken', create: () => { throw new Error('cannot be made'); } };`);
		const free = await httpBackend();
		const { port } = new URL(free.url);
		await free.close();
		const config = { preset: ['prometheus', './broken.mjs'], prometheus: { port: Number(port) } };
		await expect(configured(config)).rejects.toThrow('cannot be made');
		await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('fetch failed');
	});
});

describe('the resource', () => {
	it('has the name in package.json, what is known of process, host and system, and no command line, path or user', async () => {
		const { configuration } = await configured({ preset: 'none', resource: { 'deployment.environment.name': 'dev' } });
		const { attributes } = configuration.resource ?? { attributes: {} };
		expect(attributes).toMatchObject({
			'service.name': 'garden',
			'service.version': '4.5.6',
			'deployment.environment.name': 'dev',
		});
		expect(Object.keys(attributes).sort()).toEqual([
			'deployment.environment.name',
			'host.arch',
			'host.name',
			'os.type',
			'os.version',
			'process.executable.name',
			'process.pid',
			'process.runtime.description',
			'process.runtime.name',
			'process.runtime.version',
			'service.instance.id',
			'service.name',
			'service.version',
			'telemetry.sdk.language',
			'telemetry.sdk.name',
			'telemetry.sdk.version',
		]);
		expect(configuration.autoDetectResources).toBe(false);
	});

	it('has the version and the environment of the config, before those of package.json and resource', async () => {
		const resource = { 'service.version': '1', 'deployment.environment.name': 'dev' };
		const { configuration } = await configured({ preset: 'none', serviceVersion: '2', environment: 'test', resource });
		expect(configuration.resource?.attributes).toMatchObject({
			'service.version': '2',
			'deployment.environment.name': 'test',
		});
	});

	it('is detected by OpenTelemetry if OTEL_NODE_RESOURCE_DETECTORS is set', async () => {
		process.env['OTEL_NODE_RESOURCE_DETECTORS'] = 'process';
		try {
			expect((await nodeSdkConfiguration({ preset: 'none' })).autoDetectResources).toBe(true);
		} finally {
			delete process.env['OTEL_NODE_RESOURCE_DETECTORS'];
		}
	});
});

describe('nodeSdkConfiguration()', () => {
	it('puts rules and span names into effect until its SDK is shut down', async () => {
		const spans = new InMemorySpanExporter();
		const ask = traced(() => undefined, { path: 'self.soul.ask' });
		const rest = traced(() => undefined, { path: 'self.soul.rest' });
		const sleep = traced(() => undefined, { path: 'self.soul.sleep' });
		const { spanProcessors = [], sampler } = await nodeSdkConfiguration<Partial<NodeSDKConfiguration>>({
			preset: 'json',
			json: { directory },
			spanName: 'path',
			rules: [
				{ match: 'self.soul.ask', name: 'asked' },
				{ match: 'self.soul.rest', enabled: false },
			],
		});
		const ours = new SimpleSpanProcessor({ exporter: spans });
		const tracers = new TracerProvider({ spanProcessors: [...spanProcessors, ours], ...(sampler && { sampler }) });
		trace.setGlobalTracerProvider(tracers);
		try {
			for (const call of [ask, rest, sleep]) call();
			expect(spans.getFinishedSpans().map(({ name }) => name)).toEqual(['asked', 'self.soul.sleep']);
			await Promise.all(spanProcessors.map((processor) => processor.shutdown()));
			expect([activeRules(), tracingSettings().spanName]).toEqual([[], 'invoke']);
		} finally {
			trace.disable();
			await tracers.shutdown();
		}
	});
});
