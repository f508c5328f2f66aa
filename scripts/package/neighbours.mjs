// What happens beside another version of OpenTelemetry: an application with API 1.9 and SDK 2, one with API 1.10 and SDK 3, one
// with an API that is newer than the bundled copy. docs/packages.md has the table; each of its rows is a check here.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE, MAIN } from '../packages/entries.mjs';
import { run } from '../run.mjs';
import { installedOnce, write } from './project.mjs';

/** OpenTelemetry 2, as most applications have it. */
export const SDK_2 = {
	'@opentelemetry/api': '~1.9.0',
	'@opentelemetry/api-logs': '~0.222.0',
	'@opentelemetry/sdk-logs': '~0.222.0',
	'@opentelemetry/sdk-metrics': '~2.12.0',
	'@opentelemetry/sdk-node': '~0.222.0',
	'@opentelemetry/sdk-trace-base': '~2.12.0',
	'@opentelemetry/sdk-trace-node': '~2.12.0',
	'@types/node': '^24',
};

/** A later release of OpenTelemetry 3 than the bundled one. */
export const SDK_3 = {
	'@opentelemetry/api': '~1.10.0',
	'@opentelemetry/context-async-hooks': '3.1.0',
	'@opentelemetry/sdk-logs': '3.1.0',
	'@opentelemetry/sdk-metrics': '3.1.0',
	'@opentelemetry/sdk-node': '0.301.0',
	'@opentelemetry/sdk-trace': '3.1.0',
	'@types/node': '^24',
};

/**
 * The beginning of every program: a span processor `capture` that keeps the spans, `child`, whether one of two of them is
 * directly below the other, `logged`, the lines on stderr, and `print`.
 */
const HEAD = `
import { trace, metrics, context, diag, propagation } from '@opentelemetry/api';
import { traced, metered, injectContext, invocationSpanProcessor } from 'agentese-otel';
import * as presets from 'agentese-otel/presets';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
const nothing = async () => undefined;
const spans = [];
const capture = { onStart() {}, onEnd: (span) => spans.push(span), forceFlush: nothing, shutdown: nothing };
const named = (name) => spans.find((span) => span.name === name);
const child = (name, of) => named(name)?.parentSpanContext?.spanId === named(of)?.spanContext().spanId && named(of) !== undefined;
const logged = [];
const write = process.stderr.write;
process.stderr.write = (text) => logged.push(String(text)) > 0;
const folder = process.argv[1].replace(/\\.mjs$/, '-out');
rmSync(folder, { recursive: true, force: true });
const start = (more) => presets.startTelemetry({ preset: 'json', json: { directory: folder }, ...more });
const lines = () => readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.jsonl')).map((file) => readFileSync(folder + '/' + file, 'utf8')).join('');
const written = () => lines().split('\\n').filter(Boolean).flatMap((line) => JSON.parse(line).resourceSpans ?? []).flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
const below = (name, of) => { const all = written(); const parent = all.find((span) => span.name === of); return parent !== undefined && all.some((span) => span.name === name && span.parentSpanId === parent.spanId); };
const print = (value) => console.log(JSON.stringify(value));
const library = (name) => trace.getTracer('library').startActiveSpan(name, (span) => span.end());
`;

/** Runs a program in a project, and returns what it printed as JSON. */
async function probe(folder, name, text, args = []) {
	const file = write(folder, `${name.replace(/\W+/g, '-')}.mjs`, `${HEAD}\n${text}`);
	const { code, output } = await run('node', [...args, file], { cwd: folder });
	const last = output.trimEnd().split('\n').at(-1);
	assert.ok(code === 0 && /^[[{"tf]/.test(last), `ended with ${code}:\n${output}`);
	return JSON.parse(last);
}

/** The programs beside API 1.9 and SDK 2, each with what it prints. */
const BESIDE_SDK_2 = [
	{
		name: 'decorators make spans in a provider of SDK 2, with those of libraries below them',
		text: `
const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
new NodeTracerProvider({ spanProcessors: [capture] }).register();
await traced(async () => library('inner'), { name: 'outer' })();
print({ child: child('inner', 'outer'), logged });`,
		prints: { child: true, logged: [] },
	},
	{
		name: 'presets start, and tracers that were taken before record too',
		text: `
const early = trace.getTracer('early');
const telemetry = await start();
await traced(async () => { early.startActiveSpan('early', (span) => span.end()); library('late'); }, { name: 'outer' })();
await telemetry.flush();
print({ early: below('early', 'outer'), late: below('late', 'outer'), logged });`,
		prints: { early: true, late: true, logged: [] },
	},
	{
		name: 'metrics of the API and log records of api-logs arrive',
		text: `
const telemetry = await start();
metrics.getMeter('library').createCounter('library.count').add(1);
const { logs } = await import('@opentelemetry/api-logs');
logs.getLogger('library').emit({ body: 'hello', severityNumber: 9 });
await telemetry.flush();
print({ metric: lines().includes('library.count'), log: lines().includes('"hello"'), logged });`,
		prints: { metric: true, log: true, logged: [] },
	},
	{
		name: 'a diag logger that the application set before stays, and telemetry starts',
		text: `
const said = [];
diag.setLogger({ error: (text) => said.push(text), warn() {}, info() {}, debug() {}, verbose() {} });
const telemetry = await start();
await traced(async () => library('inner'), { name: 'outer' })();
await telemetry.flush();
diag.error('mine');
print({ inner: below('inner', 'outer'), said, logged });`,
		prints: { inner: true, said: ['mine'], logged: [] },
	},
	{
		name: 'a diag logger that the application sets while the presets run is refused, and that is logged',
		text: `
const telemetry = await start();
const isSet = diag.setLogger({ error() {}, warn() {}, info() {}, debug() {}, verbose() {} }, { suppressOverrideMessage: true });
print({ isSet, logged: logged.length, first: logged[0].includes('Registration of version v1.10.0 for diag does not match') });`,
		prints: { isSet: false, logged: 1, first: true },
	},
	{
		name: 'a propagator that the application set before stays, and telemetry starts',
		text: `
propagation.setGlobalPropagator({ inject: (ctx, carrier) => { carrier.mine = '1'; }, extract: (ctx) => ctx, fields: () => [] });
const telemetry = await start();
const carrier = await traced(async () => { library('inner'); return injectContext(); }, { name: 'outer' })();
await telemetry.flush();
print({ inner: below('inner', 'outer'), carrier });`,
		prints: { inner: true, carrier: { mine: '1' } },
	},
	{
		name: 'an SDK 2 can be registered after the shutdown, and telemetry started again before that',
		text: `
for (let round = 0; round < 2; round++) {
	const telemetry = await start();
	await traced(async () => library('inner'), { name: 'outer' + round })();
	await telemetry.shutdown();
}
const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
new NodeTracerProvider({ spanProcessors: [capture] }).register();
await traced(async () => library('theirs'), { name: 'after' })();
print({ rounds: [0, 1].map((round) => below('inner', 'outer' + round)), theirs: child('theirs', 'after') });`,
		prints: { rounds: [true, true], theirs: true },
	},
	{
		name: 'a registered SDK 2 is used, and startTelemetry() says so in one line',
		text: `
const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
new NodeTracerProvider({ spanProcessors: [capture] }).register();
const telemetry = await start();
await traced(async () => library('inner'), { name: 'outer' })();
print({ child: child('inner', 'outer'), lines: logged.length, first: logged[0].includes('is registered already, for traces') });`,
		prints: { child: true, lines: 1, first: true },
	},
	{
		name: 'processors, a sampler and a reader of SDK 2 work as parts of a custom preset',
		text: `
const { BatchSpanProcessor, ParentBasedSampler, AlwaysOnSampler } = await import('@opentelemetry/sdk-trace-base');
const { MetricReader } = await import('@opentelemetry/sdk-metrics');
const { SimpleLogRecordProcessor } = await import('@opentelemetry/sdk-logs');
const { definePreset } = await import('agentese-otel/extend');
const { writeFileSync } = await import('node:fs');
const exported = (list) => ({ export(items, done) { list.push(...items); done({ code: 0 }); }, shutdown: nothing, forceFlush: nothing });
const logs = [];
class Reader extends MetricReader { async onForceFlush() {} async onShutdown() {} }
const reader = new Reader();
globalThis.mine = definePreset({ name: 'mine', create: () => ({
	spanProcessors: [new BatchSpanProcessor(exported(spans))],
	metricReaders: [reader],
	logRecordProcessors: [new SimpleLogRecordProcessor({ exporter: exported(logs) })],
	sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
}) });
writeFileSync('mine.mjs', 'export default globalThis.mine;');
const telemetry = await presets.startTelemetry({ preset: './mine.mjs', serviceName: 'svc' });
await metered(traced(async () => library('inner'), { name: 'outer' }))();
(await import('@opentelemetry/api-logs')).logs.getLogger('x').emit({ body: 'hello' });
const { resourceMetrics, errors } = await reader.collect();
await telemetry.flush();
const metricNames = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
print({ child: child('inner', 'outer'), service: named('outer').resource.attributes['service.name'], counted: metricNames.includes('agentese.invocations'), errors: errors.length, log: logs[0]?.body });`,
		prints: { child: true, service: 'svc', counted: true, errors: 0, log: 'hello' },
	},
	{
		name: 'nodeSdkConfiguration() works in a NodeSDK of SDK 2',
		text: `
const { NodeSDK } = await import('@opentelemetry/sdk-node');
const configuration = await presets.nodeSdkConfiguration({ preset: 'json', json: { directory: folder }, serviceName: 'svc' });
const sdk = new NodeSDK({ ...configuration, spanProcessors: [...configuration.spanProcessors, capture] });
sdk.start();
await metered(traced(async () => library('inner'), { name: 'outer' }))();
await sdk.shutdown();
print({ child: child('inner', 'outer'), written: below('inner', 'outer'), metric: lines().includes('agentese.invocations'), service: lines().includes('"svc"') });`,
		prints: { child: true, written: true, metric: true, service: true },
	},
	{
		name: 'invocationSpanProcessor() works in a provider of SDK 2',
		text: `
const { NodeTracerProvider } = await import('@opentelemetry/sdk-trace-node');
new NodeTracerProvider({ spanProcessors: [invocationSpanProcessor(), capture] }).register();
const { withObserver } = await import('agentese-otel');
await withObserver({ id: 'kent' }, () => traced(async () => library('inner'), { name: 'outer' })());
print(named('inner').attributes['agentese.observer'] ?? 'none');`,
		prints: 'kent',
	},
];

/** The programs beside API 1.10 and SDK 3.1, each with what it prints. */
const BESIDE_SDK_3 = [
	{
		name: 'decorators make spans in a provider of SDK 3.1',
		text: `
const { TracerProvider } = await import('@opentelemetry/sdk-trace');
const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [capture] }));
await traced(async () => library('inner'), { name: 'outer' })();
print({ child: child('inner', 'outer'), logged });`,
		prints: { child: true, logged: [] },
	},
	{
		name: 'a context manager that derives the contexts that it is given is used',
		text: `
const { TracerProvider } = await import('@opentelemetry/sdk-trace');
const { AsyncLocalStorageContextManager } = await import('@opentelemetry/context-async-hooks');
const { createContextKey } = await import('@opentelemetry/api');
const { Readable } = await import('node:stream');
const SCOPES = createContextKey('scopes');
class Deriving extends AsyncLocalStorageContextManager {
	with(ctx, fn, self, ...args) { return super.with(ctx.setValue(SCOPES, {}), fn, self, ...args); }
}
context.setGlobalContextManager(new Deriving().enable());
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [capture] }));
let active;
await traced(async () => { await null; active = trace.getActiveSpan()?.spanContext().spanId; library('inner'); }, { name: 'outer' })();
const MINE = createContextKey('mine');
const seen = [];
const stream = traced(() => Readable.from(['a', 'b']), { name: 'stream' })();
await context.with(context.active().setValue(MINE, 'consumer'), async () => {
	stream.on('data', () => seen.push(context.active().getValue(MINE)));
	await new Promise((ended) => stream.on('end', ended));
});
print({ active: active === named('outer').spanContext().spanId, child: child('inner', 'outer'), seen });`,
		prints: { active: true, child: true, seen: ['consumer', 'consumer'] },
	},
	{
		name: 'nodeSdkConfiguration() works in a NodeSDK of SDK 3.1',
		text: `
const { NodeSDK } = await import('@opentelemetry/sdk-node');
const configuration = await presets.nodeSdkConfiguration({ preset: 'json', json: { directory: folder } });
const sdk = new NodeSDK(configuration);
sdk.start();
await metered(traced(async () => library('inner'), { name: 'outer' }))();
await sdk.shutdown();
print({ written: below('inner', 'outer'), metric: lines().includes('agentese.invocations') });`,
		prints: { written: true, metric: true },
	},
	{
		name: 'presets start, and tracers that were taken before record too',
		text: BESIDE_SDK_2[1].text,
		prints: BESIDE_SDK_2[1].prints,
	},
];

/** Registers an SDK through a second copy of the API, `older`, and makes two calls. */
const UNREADABLE = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const older = require('./older-api');
const call = traced(() => 'result', { name: 'outer' });
const before = [call(), logged.length];
older.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => ({}), startActiveSpan: () => undefined }) });
const after = [call(), call()];
print({ before, after, logged: logged.map((line) => line.replace(/which is older.*/s, '')) });`;

/** Loads the core, and a second version of it, and makes calls of both. */
const TWO_VERSIONS = `
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const other = require('./other-core/dist/cjs/index.js');
traced(() => 1, { name: 'one' })();
other.traced(() => 1, { name: 'two' })();
other.traced(() => 1, { name: 'three' })();
print(logged.map((line) => line.replace(/\\. What.*/s, '')));`;

/** Copies a package, with another version in all of its files. */
function copyWithVersion(from, to, version, other) {
	cpSync(from, to, { recursive: true, dereference: true });
	for (const file of readdirSync(to, { recursive: true })) {
		if (!/\.(c?js|mjs|json)$/.test(file) || file.includes('node_modules')) continue;
		const text = readFileSync(join(to, file), 'utf8');
		if (text.includes(version)) writeFileSync(join(to, file), text.replaceAll(version, other));
	}
}

/** The version of an installed package. */
const versionOf = (folder, name) =>
	JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;

/** Returns the checks beside other versions of OpenTelemetry. */
export function neighbours(project) {
	const projectOf = (name, dependencies) => installedOnce(project, name, dependencies);
	const programs = (where, folder, cases) =>
		cases.map(({ name, text, prints }) => ({
			name: `beside ${where}: ${name}`,
			check: async () => assert.deepEqual(await probe(await folder(), name, text), prints),
		}));
	const sdk2 = () => projectOf('beside-sdk-2', SDK_2);
	const sdk3 = () => projectOf('beside-sdk-3', SDK_3);
	return [
		...programs('API 1.9 and SDK 2', sdk2, BESIDE_SDK_2),
		...programs('API 1.10 and SDK 3.1', sdk3, BESIDE_SDK_3),
		{
			name: 'beside an API that is newer than the bundled copy: the presets start, and its tracers record',
			async check() {
				const folder = await projectOf('beside-newer', { '@opentelemetry/api': '~1.10.0' });
				const api = join(folder, 'node_modules/@opentelemetry/api');
				const version = versionOf(folder, '@opentelemetry/api');
				copyWithVersion(api, join(folder, 'newer'), version, '1.11.0');
				cpSync(join(folder, 'newer'), api, { recursive: true, force: true });
				assert.deepEqual(await probe(folder, 'newer', BESIDE_SDK_2[1].text), BESIDE_SDK_2[1].prints);
			},
		},
		{
			name: 'an SDK that decorators cannot read is logged once, at the first call, and nothing without an SDK',
			async check() {
				const folder = await sdk3();
				const older = await sdk2();
				cpSync(join(older, 'node_modules/@opentelemetry/api'), join(folder, 'older-api'), { recursive: true });
				assert.deepEqual(await probe(folder, 'unreadable', UNREADABLE), {
					before: ['result', 0],
					after: ['result', 'result'],
					logged: [
						`agentese-otel: an OpenTelemetry SDK was registered through @opentelemetry/api ${versionOf(older, '@opentelemetry/api')}, `,
					],
				});
			},
		},
		{
			name: 'two versions of the core in one process are logged once, at the first call',
			async check() {
				const folder = await sdk3();
				const version = versionOf(folder, MAIN);
				copyWithVersion(join(folder, 'node_modules', CORE), join(folder, 'other-core'), version, '0.0.9');
				assert.deepEqual(await probe(folder, 'two-versions', TWO_VERSIONS), [
					`agentese-otel: the process has several versions of agentese-otel-core, 0.0.9 and ${version}`,
				]);
			},
		},
		...['0.80.0', 'latest'].map((version) => ({
			name: `auto-instrumentations-node ${version}: http spans are below the invocation, and servers have spans`,
			async check() {
				const dependencies = { '@opentelemetry/auto-instrumentations-node': version, '@opentelemetry/api': '^1.9.0' };
				const folder = await projectOf(`auto-${version}`, dependencies);
				const config = {
					preset: 'json',
					json: { directory: './instrumented' },
					autoInstrumentation: { include: ['http'] },
				};
				write(folder, 'agentese.config.json', JSON.stringify(config));
				const args = ['--import', 'agentese-otel/register'];
				assert.deepEqual(await probe(folder, 'instrumented', INSTRUMENTED, args), {
					names: ['GET', 'GET', 'outer'],
					below: true,
					logged: [],
				});
			},
		})),
		{
			name: 'OTEL_CONFIG_FILE with otlp_grpc, and its package: spans arrive',
			check: async () =>
				assert.deepEqual(
					await probe(
						await projectOf('grpc', { '@grpc/grpc-js': '^1.14.0', '@opentelemetry/api': '^1.9.0' }),
						'grpc',
						GRPC,
					),
					{ received: 1 },
				),
		},
	];
}

/** Requests a page of its own server inside an invocation, under `--import agentese-otel/register`. */
const INSTRUMENTED = `
import http from 'node:http';
import { once } from 'node:events';
const server = http.createServer((_request, response) => response.end('page')).listen(0, '127.0.0.1');
await once(server, 'listening');
await traced(async () => {
	const [response] = await once(http.get({ host: '127.0.0.1', port: server.address().port }), 'response');
	await once(response.resume(), 'end');
}, { name: 'outer' })();
server.close();
await (await presets.startTelemetry()).shutdown();
const all = readdirSync('instrumented/traces').map((file) => readFileSync('instrumented/traces/' + file, 'utf8')).join('').split('\\n').filter(Boolean).flatMap((line) => JSON.parse(line).resourceSpans).flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
const outer = all.find((span) => span.name === 'outer');
print({ names: all.map((span) => span.name).sort(), below: all.some((span) => span.name === 'GET' && span.parentSpanId === outer.spanId), logged });`;

/** Starts a gRPC backend on loopback, and sends it a span from an SDK that a file declares. */
const GRPC = `
import grpc from '@grpc/grpc-js';
const raw = (bytes) => bytes;
const server = new grpc.Server();
let received = 0;
server.addService(
	{ Export: { path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export', requestStream: false, responseStream: false, requestSerialize: raw, requestDeserialize: raw, responseSerialize: raw, responseDeserialize: raw } },
	{ Export: (call, done) => { received += call.request.includes('outer') ? 1 : 0; done(null, Buffer.alloc(0)); } },
);
const port = await new Promise((bound, failed) => server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, at) => (error ? failed(error) : bound(at))));
const { writeFileSync } = await import('node:fs');
writeFileSync('otel.yaml', 'file_format: "1.0"\\ntracer_provider:\\n  processors:\\n    - simple:\\n        exporter:\\n          otlp_grpc:\\n            endpoint: http://127.0.0.1:' + port + '\\n');
process.env.OTEL_CONFIG_FILE = 'otel.yaml';
const telemetry = await start();
traced(() => 1, { name: 'outer' })();
await telemetry.shutdown();
server.forceShutdown();
print({ received });`;
