import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TelemetryConfig } from '../../config/schema/config.js';
import { ConfigurationError, defineConfig, loadConfig } from '../../sdk/index.js';
import { temporary } from '../support/children.js';

let cwd: string;
const VARIABLES = ['AGENTESE_CONFIG', 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES'];

beforeEach(() => {
	cwd = realpathSync(temporary());
	write('package.json', '{"name":"garden"}');
	for (const name of VARIABLES) delete process.env[name];
});
afterEach(() => {
	rmSync(cwd, { recursive: true });
	for (const name of VARIABLES) delete process.env[name];
});

function write(name: string, text: string): string {
	const path = join(cwd, name);
	mkdirSync(join(path, '..'), { recursive: true });
	writeFileSync(path, text);
	return path;
}

async function faultsOf(argument: unknown): Promise<string> {
	try {
		await loadConfig(argument as TelemetryConfig, { cwd });
	} catch (error) {
		if (error instanceof ConfigurationError) return error.message.replaceAll(cwd, '<cwd>');
		throw error;
	}
	throw new Error('The config was accepted.');
}

describe('loadConfig()', () => {
	it('returns the defaults if nothing is configured', async () => {
		expect(await loadConfig(undefined, { cwd })).toEqual({
			config: {
				enabled: true,
				serviceName: undefined,
				serviceVersion: undefined,
				environment: undefined,
				preset: ['json'],
				autoInstrumentation: false,
				sampling: { rate: 1 },
				metered: true,
				spanName: 'invoke',
				observer: { baggage: [] },
				conventions: [],
				rules: [],
				redact: true,
				errors: 'full',
				capture: { arguments: 'off', result: 'off', maxBytes: 8192, maxDepth: 8, maxValues: 1000 },
				otlp: {
					endpoint: undefined,
					protocol: 'http/protobuf',
					headers: {},
					compression: 'none',
					timeout: 10_000,
					tls: {},
					temporality: 'cumulative',
					proxy: 'env',
					traces: {},
					metrics: {},
					logs: {},
				},
				jaeger: { endpoint: undefined, protocol: 'http/protobuf', headers: {} },
				prometheus: { host: 'localhost', port: 9464, path: '/metrics', listen: true, allowedHosts: [] },
				console: { color: 'auto' },
				json: { directory: join(cwd, '.agentese'), maxBytes: 268_435_456, maxAge: 604_800_000 },
				delivery: {
					journal: true,
					directory: join(cwd, '.agentese', 'outbox'),
					maxBytes: 268_435_456,
					maxAge: 604_800_000,
					fsync: 'never',
					delay: 200,
					endTimeout: 2000,
					maxQueueBytes: 67_108_864,
				},
				resource: {},
				strict: true,
				logLevel: 'warn',
			},
			sources: {
				enabled: 'default',
				serviceName: 'default',
				serviceVersion: 'default',
				environment: 'default',
				preset: 'default',
				autoInstrumentation: 'default',
				'sampling.rate': 'default',
				metered: 'default',
				spanName: 'default',
				'observer.baggage': 'default',
				conventions: 'default',
				rules: 'default',
				redact: 'default',
				errors: 'default',
				'capture.arguments': 'default',
				'capture.result': 'default',
				'capture.maxBytes': 'default',
				'capture.maxDepth': 'default',
				'capture.maxValues': 'default',
				'otlp.endpoint': 'default',
				'otlp.protocol': 'default',
				'otlp.compression': 'default',
				'otlp.timeout': 'default',
				'otlp.temporality': 'default',
				'otlp.proxy': 'default',
				'jaeger.endpoint': 'default',
				'jaeger.protocol': 'default',
				'prometheus.host': 'default',
				'prometheus.port': 'default',
				'prometheus.path': 'default',
				'prometheus.listen': 'default',
				'prometheus.allowedHosts': 'default',
				'console.color': 'default',
				'json.directory': 'default',
				'json.maxBytes': 'default',
				'json.maxAge': 'default',
				'delivery.journal': 'default',
				'delivery.directory': 'default',
				'delivery.maxBytes': 'default',
				'delivery.maxAge': 'default',
				'delivery.fsync': 'default',
				'delivery.delay': 'default',
				'delivery.endTimeout': 'default',
				'delivery.maxQueueBytes': 'default',
				strict: 'default',
				logLevel: 'default',
			},
			directory: cwd,
			signals: { traces: ['json'], metrics: ['json'], logs: ['json'] },
			presets: new Map(),
			declarative: undefined,
			notices: [],
		});
	});

	it('merges the argument over the file over the defaults, key by key', async () => {
		const file = write('agentese.config.yaml', 'spanName: path\njson: { maxBytes: 1 MiB, maxAge: 1d }\npreset: none\n');
		const { config, sources } = await loadConfig(
			{ preset: ['json'], json: { maxAge: 5000 }, resource: { team: 'soul' } },
			{ cwd },
		);
		expect(config).toMatchObject({
			preset: ['json'],
			spanName: 'path',
			json: { directory: join(cwd, '.agentese'), maxBytes: 1_048_576, maxAge: 5000 },
			resource: { team: 'soul' },
		});
		expect(sources).toMatchObject({
			preset: 'argument',
			spanName: file,
			'json.maxBytes': file,
			'json.maxAge': 'argument',
			'json.directory': 'default',
			'resource.team': 'argument',
			enabled: 'default',
		});
	});

	it("merges OpenTelemetry's variables over the file, and the argument over these", async () => {
		write('.agenteserc', 'serviceName: by-file\nresource: { team: by-file, place: by-file }');
		process.env['OTEL_RESOURCE_ATTRIBUTES'] = 'service.name=by-attributes,team=by%20attributes';
		const first = await loadConfig(undefined, { cwd });
		expect(first.config).toMatchObject({
			serviceName: 'by-attributes',
			resource: { team: 'by attributes', place: 'by-file' },
		});
		process.env['OTEL_SERVICE_NAME'] = 'by-name';
		const second = await loadConfig(undefined, { cwd });
		expect([second.config.serviceName, second.sources['serviceName']]).toEqual(['by-name', 'OTEL_SERVICE_NAME']);
		const third = await loadConfig({ serviceName: 'by-argument' }, { cwd });
		expect(third.config.serviceName).toBe('by-argument');
	});

	it.each([
		['agentese.config.json', '{"spanName":"path"}'],
		['agentese.config.yml', 'spanName: path'],
		['agentese.config.mjs', 'export default { spanName: "path" };'],
		['agentese.config.cjs', 'module.exports = { spanName: "path" };'],
		['.agenteserc', 'spanName: path'],
		['.config/agentese.config.yaml', 'spanName: path'],
		['package.json', '{"agentese":{"spanName":"path"}}'],
	])('finds %s', async (name, text) => {
		write(name, text);
		const { config, sources } = await loadConfig(undefined, { cwd });
		expect([config.spanName, sources['spanName']]).toEqual(['path', join(cwd, name)]);
	});

	it('searches upward to the directory of package.json, and resolves directories from the config file', async () => {
		const file = write('agentese.config.yaml', 'enabled: false');
		mkdirSync(join(cwd, 'a/b'), { recursive: true });
		const { config, sources, directory } = await loadConfig(undefined, { cwd: join(cwd, 'a/b') });
		expect([config.enabled, sources['enabled'], directory]).toEqual([false, file, cwd]);
		expect(config.json.directory).toBe(join(cwd, '.agentese'));
	});

	it('resolves a directory from the source that sets it', async () => {
		write('etc/agentese.yaml', 'json: { directory: ../data }');
		process.env['AGENTESE_CONFIG'] = 'etc/agentese.yaml';
		expect((await loadConfig(undefined, { cwd })).config.json.directory).toBe(join(cwd, 'data'));
		expect((await loadConfig({ json: { directory: 'here' } }, { cwd })).config.json.directory).toBe(join(cwd, 'here'));
		expect((await loadConfig({ json: { directory: '~/t' } }, { cwd })).config.json.directory).toBe(
			join(homedir(), 't'),
		);
	});

	it('reads the file that the argument names', async () => {
		const file = write('other.json', '{"spanName":"path"}');
		write('agentese.config.yaml', 'enabled: false');
		const { config, sources } = await loadConfig('other.json', { cwd });
		expect([config.enabled, config.spanName, sources['spanName']]).toEqual([true, 'path', file]);
	});

	it('accepts one preset or a list of them, and removes duplicates', async () => {
		expect((await loadConfig({ preset: 'none' }, { cwd })).config.preset).toEqual(['none']);
		expect((await loadConfig({ preset: ['json', 'json'] }, { cwd })).config.preset).toEqual(['json']);
	});
});

describe('a wrong config', () => {
	it.each<[string, unknown]>([
		[
			'"samplin" is not a key; legal here: enabled, serviceName, serviceVersion, environment, preset, autoInstrumentation, sampling, metered, spanName, observer, conventions, rules, redact, errors, capture, otlp, jaeger, json, prometheus, console, delivery, resource, strict, logLevel. Did you mean "sampling"?',
			{ samplin: { rate: 1 } },
		],
		['"sampling.rat" is not a key; legal here: rate. Did you mean "sampling.rate"?', { sampling: { rat: 1 } }],
		[
			'"zebra" is not a key; legal here: enabled, serviceName, serviceVersion, environment, preset, autoInstrumentation, sampling, metered, spanName, observer, conventions, rules, redact, errors, capture, otlp, jaeger, json, prometheus, console, delivery, resource, strict, logLevel.',
			{ zebra: 1 },
		],
		['"sampling.rate" got 2; legal: a number from 0 to 1.', { sampling: { rate: 2 } }],
		['"sampling" got 0.5; legal: an object with the keys rate.', { sampling: 0.5 }],
		['"enabled" got \'yes\'; legal: true or false.', { enabled: 'yes' }],
		['"serviceName" got \'\'; legal: a name.', { serviceName: '' }],
		[
			'"preset" got \'jsn\'; legal: json, otlp, jaeger, prometheus, console or none, or a module of your own, or a list of these (none cannot be combined). Did you mean "json"?',
			{ preset: 'jsn' },
		],
		[
			'"preset" got [ \'json\', \'jeager\' ]; legal: json, otlp, jaeger, prometheus, console or none, or a module of your own, or a list of these (none cannot be combined). Did you mean "jaeger"?',
			{ preset: ['json', 'jeager'] },
		],
		[
			"\"preset\" got [ 'json', 'none' ]; legal: json, otlp, jaeger, prometheus, console or none, or a module of your own, or a list of these (none cannot be combined).",
			{ preset: ['json', 'none'] },
		],
		[
			'"preset" got []; legal: json, otlp, jaeger, prometheus, console or none, or a module of your own, or a list of these (none cannot be combined).',
			{ preset: [] },
		],
		['"spanName" got \'paths\'; legal: invoke or path. Did you mean "path"?', { spanName: 'paths' }],
		[
			'"json.maxBytes" got \'256 megs\'; legal: a number of bytes, or one with a unit such as "256 MiB", "1.5 GB" or "900 kB".',
			{ json: { maxBytes: '256 megs' } },
		],
		[
			'"json.maxAge" got -1; legal: a number of milliseconds, or one with a unit such as "7d", "12 h", "30 min", "45s" or "500ms".',
			{ json: { maxAge: -1 } },
		],
		['"json" got null; legal: an object with the keys directory, maxBytes, maxAge.', { json: null }],
		[
			'"resource.team" got { name: \'soul\' }; legal: attributes: a text, a number, true, false, or a list of texts or numbers.',
			{ resource: { team: { name: 'soul' } } },
		],
		[
			"the config got [ 'json' ]; legal: an object with the keys enabled, serviceName, serviceVersion, environment, preset, autoInstrumentation, sampling, metered, spanName, observer, conventions, rules, redact, errors, capture, otlp, jaeger, json, prometheus, console, delivery, resource, strict, logLevel.",
			['json'],
		],
	])('is refused: %s', async (message, config) => {
		expect(await faultsOf(config)).toBe(`The configuration is refused. argument: ${message}`);
	});

	it('is refused with the faults of every source at once', async () => {
		write('agentese.config.yaml', 'preset: [jason]\njson: { maxage: 7d }\n');
		expect(await faultsOf({ spanname: 'path' })).toBe(
			[
				'The configuration is refused, with 3 faults.',
				'  <cwd>/agentese.config.yaml:1: "preset" got [ \'jason\' ]; legal: json, otlp, jaeger, prometheus, console or none, or a module of your own, or a list of these (none cannot be combined). Did you mean "json"?',
				'  <cwd>/agentese.config.yaml:2: "json.maxage" is not a key; legal here: directory, maxBytes, maxAge. Did you mean "json.maxAge"?',
				'  argument: "spanname" is not a key; legal here: enabled, serviceName, serviceVersion, environment, preset, autoInstrumentation, sampling, metered, spanName, observer, conventions, rules, redact, errors, capture, otlp, jaeger, json, prometheus, console, delivery, resource, strict, logLevel. Did you mean "spanName"?',
			].join('\n'),
		);
	});

	it('reports a missing file with what names it', async () => {
		expect(await faultsOf('absent.yaml')).toBe(
			'The configuration is refused. <cwd>/absent.yaml: there is no such file; the argument names it. Name an existing file, or none.',
		);
		process.env['AGENTESE_CONFIG'] = 'absent.json';
		expect(await faultsOf(undefined)).toBe(
			'The configuration is refused. <cwd>/absent.json: there is no such file; AGENTESE_CONFIG names it. Name an existing file, or none.',
		);
	});

	it('reports a file that cannot be read with the reason', async () => {
		write('agentese.config.json', '{"preset": ');
		expect(await faultsOf(undefined)).toBe(
			'The configuration is refused. <cwd>/agentese.config.json:1: it is not valid JSON: Unexpected end of JSON input.',
		);
	});

	it('has the value of strict in its ConfigurationError', async () => {
		write('agentese.config.yaml', 'strict: false\nnope: 1');
		await expect(loadConfig(undefined, { cwd })).rejects.toMatchObject({ name: 'ConfigurationError', strict: false });
		await expect(loadConfig({ strict: true }, { cwd })).rejects.toMatchObject({ strict: true });
	});
});

it('defineConfig() returns the same config', () => {
	const config: TelemetryConfig = { preset: ['json'], json: { maxAge: '7d' } };
	expect(defineConfig(config)).toBe(config);
});
