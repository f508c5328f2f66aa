import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigRoom } from '../support/config-room.js';

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

describe('the sources of a key', () => {
	it('have the precedence argument, AGENTESE_*, OTEL_*, project file, user file, default', async () => {
		const rates = async (argument?: { sampling: { rate: number } }) => {
			const { config, sources } = await room.load(argument);
			return [config.sampling.rate, sources['sampling.rate']];
		};
		expect(await rates()).toEqual([1, 'default']);
		const own = room.writeUserFile('sampling: { rate: 0.1 }');
		expect(await rates()).toEqual([0.1, own]);
		const file = room.write('agentese.config.yaml', 'sampling: { rate: 0.2 }');
		expect(await rates()).toEqual([0.2, file]);
		process.env['OTEL_TRACES_SAMPLER'] = 'parentbased_traceidratio';
		process.env['OTEL_TRACES_SAMPLER_ARG'] = '0.3';
		expect(await rates()).toEqual([0.3, 'OTEL_TRACES_SAMPLER']);
		process.env['AGENTESE_SAMPLING_RATE'] = '0.4';
		expect(await rates()).toEqual([0.4, 'AGENTESE_SAMPLING_RATE']);
		expect(await rates({ sampling: { rate: 0.5 } })).toEqual([0.5, 'argument']);
	});

	it('may each set one key of the same section', async () => {
		const own = room.writeUserFile('metrics: { prometheus_port: 1111 }');
		const file = room.write('agentese.config.json', '{ "prometheus": { "path": "/m" } }');
		process.env['OTEL_EXPORTER_PROMETHEUS_HOST'] = '0.0.0.0';
		process.env['AGENTESE_PROMETHEUS_LISTEN'] = 'false';
		const { config, sources } = await room.load({ prometheus: { host: undefined } });
		expect(config.prometheus).toEqual({ host: '0.0.0.0', port: 1111, path: '/m', listen: false, allowedHosts: [] });
		expect(Object.fromEntries(Object.entries(sources).filter(([key]) => key.startsWith('prometheus')))).toEqual({
			'prometheus.port': own,
			'prometheus.path': file,
			'prometheus.host': 'OTEL_EXPORTER_PROMETHEUS_HOST',
			'prometheus.listen': 'AGENTESE_PROMETHEUS_LISTEN',
			'prometheus.allowedHosts': 'default',
		});
	});
});

describe('capture', () => {
	it('is a word for both sides, or has keys, which every source sets one by one', async () => {
		const file = room.write('agentese.config.yaml', 'capture: full');
		const full = { arguments: 'full', result: 'full', maxBytes: 8192, maxDepth: 8, maxValues: 1000 };
		expect((await room.load()).config.capture).toEqual(full);
		Object.assign(process.env, { AGENTESE_CAPTURE_MAX_BYTES: '64 KiB', AGENTESE_CAPTURE_MAX_DEPTH: '2' });
		const { config, sources } = await room.load({ capture: { result: 'off', maxValues: 9 } });
		expect(config.capture).toEqual({ arguments: 'full', result: 'off', maxBytes: 65_536, maxDepth: 2, maxValues: 9 });
		expect(sources).toMatchObject({
			'capture.arguments': file,
			'capture.result': 'argument',
			'capture.maxBytes': 'AGENTESE_CAPTURE_MAX_BYTES',
			'capture.maxDepth': 'AGENTESE_CAPTURE_MAX_DEPTH',
			'capture.maxValues': 'argument',
		});
	});

	it('AGENTESE_CAPTURE sets both sides, and the variable of one side overrides it', async () => {
		Object.assign(process.env, { AGENTESE_CAPTURE_RESULT: 'off', AGENTESE_CAPTURE: 'metadata' });
		expect((await room.load()).config.capture).toMatchObject({ arguments: 'metadata', result: 'off' });
	});
});

describe('AGENTESE_*', () => {
	it('set every kind of key', async () => {
		Object.assign(process.env, {
			AGENTESE_ENABLED: 'false',
			AGENTESE_PRESET: 'jaeger, prometheus',
			AGENTESE_AUTO_INSTRUMENTATION: 'http,pg',
			AGENTESE_OTLP_HEADERS: 'a=1,b=x y',
			AGENTESE_OTLP_TRACES_TIMEOUT: '5s',
			AGENTESE_JSON_MAX_BYTES: '1 MiB',
			AGENTESE_RULES: '[{"match":"world.**","enabled":false}]',
			AGENTESE_RESOURCE: 'team=soul',
			AGENTESE_SPAN_NAME: 'path',
			AGENTESE_METERED: 'false',
			AGENTESE_REDACT_KEYS: 'tax id, plot',
			AGENTESE_DELIVERY_END_TIMEOUT: '500ms',
		});
		const { config } = await room.load();
		expect(config).toMatchObject({
			enabled: false,
			preset: ['jaeger', 'prometheus'],
			autoInstrumentation: { include: ['http', 'pg'] },
			otlp: { headers: { a: '1', b: 'x y' }, traces: { timeout: 5000 } },
			json: { maxBytes: 1_048_576 },
			rules: [{ match: 'world.**', enabled: false }],
			resource: { team: 'soul' },
			spanName: 'path',
			metered: false,
			redact: { keys: ['tax id', 'plot'] },
			delivery: { endTimeout: 500 },
		});
	});

	it('with a typing error get a notice, other unknown ones do not', async () => {
		process.env['AGENTESE_PRSET'] = 'json';
		process.env['AGENTESE_SOUL_BUDGET'] = '7';
		expect((await room.load()).notices).toEqual([
			'AGENTESE_PRSET is not a variable of this toolkit. Did you mean AGENTESE_PRESET?',
		]);
	});
});

describe('OTEL_*', () => {
	it('OTEL_RESOURCE_ATTRIBUTES sets the keys that service and environment have of their own', async () => {
		room.write('agentese.config.yaml', 'serviceVersion: "1"\nenvironment: test');
		const attributes = 'service.name=garden,service.version=2,deployment.environment.name=staging,team=soul';
		process.env['OTEL_RESOURCE_ATTRIBUTES'] = attributes;
		process.env['AGENTESE_ENVIRONMENT'] = 'production';
		const { config, sources } = await room.load();
		expect(config).toMatchObject({ serviceName: 'garden', serviceVersion: '2', environment: 'production' });
		expect(config.resource).toEqual({ team: 'soul' });
		expect(sources).toMatchObject({
			serviceVersion: 'OTEL_RESOURCE_ATTRIBUTES',
			environment: 'AGENTESE_ENVIRONMENT',
		});
	});

	it('OTEL_TRACES_EXPORTER replaces the preset of traces alone', async () => {
		room.write('agentese.config.yaml', 'preset: [jaeger, prometheus]');
		process.env['OTEL_TRACES_EXPORTER'] = 'otlp';
		const { config, signals, sources } = await room.load();
		expect(signals).toEqual({
			traces: ['otlp'],
			metrics: ['jaeger', 'prometheus'],
			logs: ['jaeger', 'prometheus'],
		});
		expect(config.preset).toEqual(['otlp', 'jaeger', 'prometheus']);
		expect(sources['signals.traces']).toBe('OTEL_TRACES_EXPORTER');
	});

	it('OTEL_METRICS_EXPORTER=none and OTEL_LOGS_EXPORTER=none export neither, and an argument has precedence over them', async () => {
		process.env['OTEL_METRICS_EXPORTER'] = 'none';
		process.env['OTEL_LOGS_EXPORTER'] = 'none';
		expect((await room.load()).signals).toEqual({ traces: ['json'], metrics: [], logs: [] });
		expect((await room.load({ preset: 'otlp' })).signals).toEqual({
			traces: ['otlp'],
			metrics: ['otlp'],
			logs: ['otlp'],
		});
	});

	it('OTEL_EXPORTER_OTLP_ENDPOINT means otlp only if no preset is named', async () => {
		process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://collector:4318';
		const { config, signals, sources } = await room.load();
		expect(config).toMatchObject({
			preset: ['otlp'],
			otlp: { endpoint: 'http://collector:4318', protocol: 'http/protobuf' },
		});
		expect(signals).toEqual({ traces: ['otlp'], metrics: ['otlp'], logs: ['otlp'] });
		expect(sources['preset']).toBe('OTEL_EXPORTER_OTLP_ENDPOINT');
		room.write('agentese.config.yaml', 'preset: json');
		expect((await room.load()).config.preset).toEqual(['json']);
	});

	it('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT means otlp for traces', async () => {
		process.env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] = 'http://collector:4318/custom';
		const { config, signals } = await room.load();
		expect(config.otlp.traces).toEqual({ endpoint: 'http://collector:4318/custom' });
		expect(signals).toEqual({ traces: ['otlp'], metrics: ['json'], logs: ['json'] });
	});

	it('OTEL_EXPORTER_OTLP_* are the keys of otlp, for all signals and for each', async () => {
		Object.assign(process.env, {
			OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
			OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc%24%7Bx%7D,x-a=1',
			OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
			OTEL_EXPORTER_OTLP_TIMEOUT: '2500',
			OTEL_EXPORTER_OTLP_CERTIFICATE: 'ca.pem',
			OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: 'cert.pem',
			OTEL_EXPORTER_OTLP_CLIENT_KEY: '/etc/key.pem',
			OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
			OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-m=2',
			OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta',
		});
		const { config } = await room.load();
		expect(config.otlp).toEqual({
			endpoint: undefined,
			proxy: 'env',
			protocol: 'http/json',
			headers: { authorization: `Bearer abc\${x}`, 'x-a': '1' },
			compression: 'gzip',
			timeout: 2500,
			tls: { ca: `${room.cwd}/ca.pem`, cert: `${room.cwd}/cert.pem`, key: '/etc/key.pem' },
			temporality: 'delta',
			traces: {},
			metrics: { protocol: 'grpc', headers: { 'x-m': '2' } },
			logs: {},
		});
	});

	it.each([
		[undefined, 'https://collector:4317'],
		['false', 'https://collector:4317'],
		['true', 'http://collector:4317'],
	])('OTEL_EXPORTER_OTLP_INSECURE=%s turns a gRPC endpoint without a scheme into %s', async (insecure, endpoint) => {
		process.env['OTEL_EXPORTER_OTLP_PROTOCOL'] = 'grpc';
		process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'collector:4317';
		if (insecure !== undefined) process.env['OTEL_EXPORTER_OTLP_INSECURE'] = insecure;
		expect((await room.load()).config.otlp).toMatchObject({ endpoint, protocol: 'grpc' });
	});

	it('OTEL_SDK_DISABLED=true has precedence over all other sources', async () => {
		process.env['OTEL_SDK_DISABLED'] = 'TRUE';
		process.env['AGENTESE_ENABLED'] = 'true';
		const { config, sources } = await room.load({ enabled: true });
		expect([config.enabled, sources['enabled']]).toEqual([false, 'OTEL_SDK_DISABLED']);
		process.env['OTEL_SDK_DISABLED'] = '1';
		expect((await room.load()).config.enabled).toBe(true);
	});

	it('OTEL_CONFIG_FILE becomes an absolute path', async () => {
		process.env['OTEL_CONFIG_FILE'] = 'otel.yaml';
		expect((await room.load()).declarative).toBe(`${room.cwd}/otel.yaml`);
	});

	it.each([
		['OTEL_TRACES_EXPORTER', 'zipkin', 'otlp, console, jaeger, json, none'],
		['OTEL_LOG_LEVEL', 'loud', 'none, error, warn, info, debug, verbose, all'],
		['OTEL_EXPORTER_OTLP_PROTOCOL', 'http', 'http/protobuf, http/json, grpc'],
		['OTEL_EXPORTER_OTLP_ENDPOINT', 'ftp://x', 'the address of a server'],
		['OTEL_EXPORTER_PROMETHEUS_PORT', 'x', 'a port'],
	])('%s=%s is ignored with a notice', async (name, value, legal) => {
		const before = await room.load();
		process.env[name] = value;
		const { notices, ...rest } = await room.load();
		expect(notices).toEqual([expect.stringContaining(`${name} got '${value}', which is ignored; legal: ${legal}`)]);
		expect({ ...rest, notices: [] }).toEqual(before);
	});
});

describe('an endpoint', () => {
	it.each([
		['localhost:4317', 'http://localhost:4317', 'grpc'],
		['localhost:4318', 'http://localhost:4318', 'http/protobuf'],
		['collector', 'http://collector', 'http/protobuf'],
		['http://localhost:4317', 'http://localhost:4317', 'http/protobuf'],
		['https://collector.example/otlp', 'https://collector.example/otlp', 'http/protobuf'],
		['[::1]:4317', 'http://[::1]:4317', 'grpc'],
		['unix:///run/otlp.sock', 'unix:///run/otlp.sock', 'grpc'],
	])('%s is %s over %s', async (endpoint, url, protocol) => {
		expect((await room.load({ otlp: { endpoint } })).config.otlp).toMatchObject({ endpoint: url, protocol });
		expect((await room.load({ jaeger: { endpoint } })).config.jaeger).toMatchObject({ endpoint: url, protocol });
	});

	it('on port 4317 does not change a protocol that a source sets', async () => {
		room.write('agentese.config.yaml', 'otlp: { protocol: http/json }');
		expect((await room.load({ otlp: { endpoint: 'localhost:4317' } })).config.otlp.protocol).toBe('http/json');
	});

	it('that ends in the path of a signal gets a notice, since that path is added to it', async () => {
		const file = room.write('agentese.config.yaml', 'preset: otlp\notlp: { endpoint: "http://collector/v1/traces" }');
		expect((await room.load()).notices).toEqual([
			`${file} sets "otlp.endpoint" with /v1/traces, and the path of each signal is added to that. Leave it out, or ` +
				'write the whole address under otlp.traces.endpoint, which is used without a change.',
		]);
		expect((await room.load({ otlp: { protocol: 'grpc' } })).notices).toEqual([]);
		expect((await room.load({ otlp: { endpoint: 'http://collector/v1' } })).notices).toEqual([]);
		expect((await room.load({ preset: 'json' })).notices).toEqual([]);
		expect((await room.load({ preset: 'jaeger', jaeger: { endpoint: 'http://jaeger/v1/traces/' } })).notices).toEqual([
			'argument sets "jaeger.endpoint" with /v1/traces/, and the path /v1/traces is added to that. Leave it out.',
		]);
	});

	it('of a backend that no preset uses gets a notice', async () => {
		const file = room.write('agentese.config.yaml', 'otlp: { endpoint: "collector:4318" }');
		expect((await room.load()).notices).toEqual([
			`${file} sets "otlp.endpoint", but no source sets "preset": the preset in use is json. Write "preset: otlp" to use otlp.`,
		]);
	});
});
