// The fourteen ways in which telemetry starts and leaves a process, each from the installed packages as ES modules and as
// CommonJS: a bundle that lacks a file, or a chunk that loads another one wrongly, is seen here.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.mjs';
import { write } from './project.mjs';
import { startBackend, startGrpcBackend } from './server.mjs';

/** The beginning of a program: both packages' entries as `core` and `presets`, and `require`. */
const HEAD = {
	esm: `
import * as core from 'agentese-otel';
import * as presets from 'agentese-otel/presets';
import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
`,
	// Node chooses the ES modules for require, so the CommonJS files are named.
	cjs: `
const root = require('node:path').dirname(require.resolve('agentese-otel/package.json'));
const core = require(root + '/dist/cjs/index.js');
const presets = require(root + '/dist/cjs/sdk/index.js');
`,
};

/** A program that starts telemetry, calls a woven function twice, and prints what was delivered. */
const started = (config, body = '') => `
(async () => {
	const telemetry = await presets.startTelemetry(${config === undefined ? '' : JSON.stringify(config)});
	const add = core.metered(core.traced(async function add(x) { return x + 1; }, { name: 'add' }));
	await add(1);
	await add(2);
	${body}
	await telemetry.flush();
	console.log(JSON.stringify(telemetry.stats().spans));
	await telemetry.shutdown();
})().catch((error) => {
	console.log(error.name + ': ' + error.message);
	process.exitCode = 3;
});
`;

/** A program that only calls a woven function, under `--import agentese-otel/register`. */
const CALLED = "core.traced(async () => 1, { name: 'add' })();";

/** Asserts that a run ended well and delivered two spans. */
function deliveredTwo({ code, output }) {
	assert.equal(code, 0, output);
	assert.match(output, /"created":2,"delivered":2,"queued":0,"dropped":0/, output);
}

/** Asserts that a backend received the spans and the metrics in this form. */
function received({ requests }, type, paths = ['/v1/traces', '/v1/metrics']) {
	for (const path of paths) {
		const those = requests.filter((request) => request.path === path);
		assert.ok(those.length > 0, `nothing for ${path}; got ${requests.map((request) => request.path)}`);
		assert.deepEqual([...new Set(those.map((request) => request.type))], [type]);
		assert.ok(
			those.some(({ body }) => body.includes('add')),
			`no span or metric of add in ${path}`,
		);
	}
}

/** The lines of all files that the json preset wrote below a folder. */
const linesBelow = (folder) =>
	readdirSync(folder, { recursive: true })
		.filter((file) => file.endsWith('.jsonl'))
		.map((file) => readFileSync(join(folder, file), 'utf8'))
		.join('');

/** A file for `OTEL_CONFIG_FILE`. */
const declared = (url) => `file_format: "1.0"
tracer_provider:
  processors:
    - simple:
        exporter:
          otlp_http:
            endpoint: ${url}/v1/traces
`;

/**
 * The ways. `text` is the program after its head; `files`, `env` and `args` are what it is run with; `expect` checks the
 * run, with the folder that it ran in and the backend.
 */
const WAYS = [
	{
		name: 'json',
		text: () => started({ preset: 'json', json: { directory: './out' } }),
		expect(ran, folder) {
			deliveredTwo(ran);
			assert.match(
				linesBelow(join(folder, 'out')),
				/"name":"add"[\s\S]*agentese\.invocations|agentese\.invocations[\s\S]*"name":"add"/,
			);
		},
	},
	...['http/protobuf', 'http/json'].map((protocol) => ({
		name: `otlp over ${protocol}`,
		text: (url) => started({ preset: 'otlp', otlp: { endpoint: url, protocol } }),
		expect(ran, _folder, backend) {
			deliveredTwo(ran);
			received(backend, protocol === 'http/json' ? 'application/json' : 'application/x-protobuf');
		},
	})),
	{
		name: 'otlp over grpc, without its package',
		text: (url) => started({ preset: 'otlp', otlp: { endpoint: url, protocol: 'grpc' } }),
		backend: startGrpcBackend,
		expect(ran, _folder, backend) {
			deliveredTwo(ran);
			const services = ['trace', 'metrics'].map(
				(signal) =>
					`/opentelemetry.proto.collector.${signal}.v1.${signal.replace(/^./, (c) => c.toUpperCase())}Service/Export`,
			);
			received(backend, 'application/grpc', services);
		},
	},
	{
		name: 'jaeger',
		text: (url) => started({ preset: 'jaeger', jaeger: { endpoint: url } }),
		expect(ran, _folder, backend) {
			deliveredTwo(ran);
			received(backend, 'application/x-protobuf', ['/v1/traces']);
		},
	},
	{
		name: 'console',
		text: () => started({ preset: 'console' }),
		expect(ran) {
			deliveredTwo(ran);
			assert.equal(ran.output.match(/^add [\d.]+ ms ✓$/gm)?.length, 2, ran.output);
		},
	},
	{
		name: 'prometheus',
		text: () =>
			started(
				{ preset: 'prometheus', prometheus: { listen: false } },
				`const { createServer } = require('node:http');
	const server = createServer(presets.prometheusHandler()).listen(0, '127.0.0.1');
	await require('node:events').once(server, 'listening');
	console.log(await (await fetch('http://127.0.0.1:' + server.address().port)).text());
	server.close();`,
			),
		expect({ code, output }) {
			assert.equal(code, 0, output);
			assert.match(output, /^agentese_invocations_total\{[^}]*code_function_name="add"[^}]*\} 2$/m);
		},
	},
	{
		name: 'the propagator b3, which loads the NodeSDK',
		text: () =>
			started(
				{ preset: 'console' },
				"await core.traced(async () => console.log('carrier', Object.keys(core.injectContext()).join()), { name: 'inject' })();",
			),
		env: () => ({ OTEL_PROPAGATORS: 'b3' }),
		expect({ code, output }) {
			assert.equal(code, 0, output);
			assert.match(output, /^carrier b3$/m);
		},
	},
	{
		name: 'resource detectors',
		text: () => started({ preset: 'json', json: { directory: './out' } }),
		env: () => ({ OTEL_NODE_RESOURCE_DETECTORS: 'host,process' }),
		expect(ran, folder) {
			deliveredTwo(ran);
			const lines = linesBelow(join(folder, 'out'));
			for (const name of ['host.name', 'process.pid']) assert.ok(lines.includes(`"${name}"`), name);
		},
	},
	{
		name: 'OTEL_CONFIG_FILE',
		text: () => started({ preset: 'json' }),
		env: () => ({ OTEL_CONFIG_FILE: 'otel.yaml' }),
		files: (url) => ({ 'otel.yaml': declared(url) }),
		expect({ code, output }, _folder, backend) {
			assert.equal(code, 0, output);
			received(backend, 'application/x-protobuf', ['/v1/traces']);
		},
	},
	{
		name: 'OTEL_CONFIG_FILE with otlp_grpc, without its package',
		text: () => started({ preset: 'json' }),
		env: () => ({ OTEL_CONFIG_FILE: 'otel.yaml' }),
		files: (url) => ({ 'otel.yaml': declared(url).replace('otlp_http', 'otlp_grpc') }),
		expect({ output }) {
			assert.match(output, /@grpc\/grpc-js, which is not installed: npm i @grpc\/grpc-js,/, output);
		},
	},
	{
		name: 'a faulty config',
		text: () => started({ preset: 'jsn', json: { directry: 1 } }),
		expect({ code, output }) {
			assert.equal(code, 3, output);
			assert.match(output, /Did you mean "json"\?[\s\S]*Did you mean "json\.directory"\?/);
		},
	},
	{
		name: 'a config in YAML',
		text: () => started(),
		files: (url) => ({ 'agentese.config.yaml': `preset: [otlp]\notlp: { endpoint: "${url}", protocol: http/json }\n` }),
		expect(ran, _folder, backend) {
			deliveredTwo(ran);
			received(backend, 'application/json');
		},
	},
	{
		name: 'register',
		text: () => CALLED,
		files: (url) => ({ 'agentese.config.yaml': `preset: [otlp]\notlp: { endpoint: "${url}", protocol: http/json }\n` }),
		args: ['--import', 'agentese-otel/register'],
		expect({ code, output }, _folder, backend) {
			assert.deepEqual([code, output], [0, '']);
			received(backend, 'application/json', ['/v1/traces']);
		},
	},
	{
		name: 'register with a faulty config',
		text: () => 'console.log("the application ran");',
		args: ['--import', 'agentese-otel/register'],
		env: () => ({ AGENTESE_PRESET: 'nonsense' }),
		expect({ code, output }) {
			assert.equal(code, 1, output);
			assert.match(output, /^agentese-otel: The configuration is refused\. AGENTESE_PRESET: /);
			assert.ok(!output.includes('the application ran'));
		},
	},
];

/** Returns the check of one way in one format. */
function check(app, way, format) {
	return {
		name: `${way.name}, ${format === 'esm' ? 'ESM' : 'CommonJS'}: starts and arrives`,
		async check() {
			const backend = await (way.backend ?? startBackend)();
			try {
				const folder = join(app, 'ways', `${way.name.replace(/\W+/g, '-')}-${format}`);
				// Where the search for a config ends.
				write(folder, 'package.json', JSON.stringify({ name: 'way', private: true }));
				for (const [file, text] of Object.entries(way.files?.(backend.url) ?? {})) write(folder, file, text);
				const file = write(folder, `app.${format === 'esm' ? 'mjs' : 'cjs'}`, HEAD[format] + way.text(backend.url));
				assert.ok(existsSync(file));
				const ran = await run('node', [...(way.args ?? []), file], { cwd: folder, env: way.env?.() ?? {} });
				way.expect(ran, folder, backend);
			} finally {
				await backend.close();
			}
		},
	};
}

/** Returns the checks of all ways, in both formats. */
export function ways({ app }) {
	return WAYS.flatMap((way) => ['esm', 'cjs'].map((format) => check(app, way, format)));
}
