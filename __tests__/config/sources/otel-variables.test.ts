import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LoadedConfig } from '../../../config/load.js';
import { NUMBER_VARIABLES } from '../../../lib/runtime/environment.js';
import { ConfigRoom } from '../../support/config-room.js';

let room: ConfigRoom;
beforeEach(() => {
	room = new ConfigRoom();
});
afterEach(() => room.leave());

/** The config with these variables. */
async function loaded(variables: Record<string, string>): Promise<LoadedConfig> {
	Object.assign(process.env, variables);
	try {
		return await room.load();
	} finally {
		for (const name of Object.keys(variables)) delete process.env[name];
	}
}

/** Values of a variable that are not legal, with the default that the line must state. */
type Row = readonly [wrong: readonly string[], fallback: string, needs?: Record<string, string>];

const SWITCH: Row = [['yes', '1', 'on'], 'false'];
const OTLP: Readonly<Record<string, Row>> = {
	ENDPOINT: [['http//localhost', 'ftp://localhost', 'http://'], 'that of the config, else localhost'],
	PROTOCOL: [['http', 'HTTP/JSON', 'protobuf'], 'http/protobuf'],
	COMPRESSION: [['zstd', 'GZIP', 'yes'], 'none'],
	TIMEOUT: [['10s', '-1', '0'], '10000'],
	INSECURE: SWITCH,
	HEADERS: [['authorization', '=sesame', 'a=%ZZ'], 'it is left out'],
};
const PER_SIGNAL = ['', 'TRACES_', 'METRICS_', 'LOGS_'];

/** Every variable of the specification and of OpenTelemetry JS that has an effect here and legal values. */
const ROWS: Readonly<Record<string, Row>> = {
	OTEL_SDK_DISABLED: SWITCH,
	OTEL_RESOURCE_ATTRIBUTES: [['deployment', '=a', 'team=a%ZZ'], 'it is left out'],
	OTEL_LOG_LEVEL: [['loud', '5', 'warning'], 'warn'],
	OTEL_PROPAGATORS: [['jaeger', 'W3C', 'tracecontext;baggage'], 'tracecontext, baggage'],
	OTEL_TRACES_SAMPLER: [['jaeger_remote', 'always', '0.1'], 'parentbased_always_on'],
	OTEL_TRACES_SAMPLER_ARG: [
		['10', 'abc', '-1', '0,1', '10%', 'Infinity', '0x1'],
		'1, which keeps every trace',
		{ OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' },
	],
	OTEL_TRACES_EXPORTER: [['zipkin', 'otlp json', 'prometheus'], 'the presets of the config, else json'],
	OTEL_METRICS_EXPORTER: [['jaeger', 'statsd', 'otlp;none'], 'the presets of the config, else json'],
	OTEL_LOGS_EXPORTER: [['prometheus', 'file', 'otlp none'], 'the presets of the config, else json'],
	...Object.fromEntries(
		PER_SIGNAL.flatMap((signal) =>
			Object.entries(OTLP).map(([key, row]) => [`OTEL_EXPORTER_OTLP_${signal}${key}`, row]),
		),
	),
	OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: [['sometimes', 'low_memory', '1'], 'cumulative'],
	OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: [
		['exponential', 'base2', 'explicit'],
		'explicit_bucket_histogram',
	],
	OTEL_EXPORTER_PROMETHEUS_HOST: [['http://localhost', 'a b', 'localhost/x'], 'localhost'],
	OTEL_EXPORTER_PROMETHEUS_PORT: [['99999', '-1', '9464/tcp'], '9464'],
	OTEL_NODE_RESOURCE_DETECTORS: [['hots', 'everything', 'process;env'], 'no detector'],
	OTEL_NODE_EXPERIMENTAL_SDK_METRICS: SWITCH,
	OTEL_NODE_ENABLED_INSTRUMENTATIONS: [['htpp', 'all', 'http;pg'], 'all instrumentations'],
	OTEL_NODE_DISABLED_INSTRUMENTATIONS: [['htpp', 'all', 'http;pg'], 'all instrumentations'],
	...Object.fromEntries(
		Object.entries(NUMBER_VARIABLES).map(([name, { min, fallback }]) => [
			name,
			[['abc', '-1', '1.5', '5s', ...(min > 0 ? ['0'] : [])], fallback] satisfies Row,
		]),
	),
};

/** Variables whose values are texts, paths or words of other libraries: none is wrong by itself. */
const TEXTS = [
	'OTEL_SERVICE_NAME',
	'OTEL_CONFIG_FILE',
	'OTEL_SEMCONV_STABILITY_OPT_IN',
	'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
	// A file that cannot be used is reported when the preset connects.
	...PER_SIGNAL.flatMap((signal) =>
		['CERTIFICATE', 'CLIENT_CERTIFICATE', 'CLIENT_KEY'].map((key) => `OTEL_EXPORTER_OTLP_${signal}${key}`),
	),
];

/** Variables that have no effect, which is said. */
const WITHOUT_EFFECT = [
	'OTEL_EXPORTER_ZIPKIN_ENDPOINT',
	'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
	'OTEL_EXPORTER_ZIPKIN_PROTOCOL',
	...['AGENT_HOST', 'AGENT_PORT', 'ENDPOINT', 'TIMEOUT', 'USER', 'PASSWORD', 'PROTOCOL'].map(
		(name) => `OTEL_EXPORTER_JAEGER_${name}`,
	),
	'OTEL_EXPORTER_OTLP_SPAN_INSECURE',
	'OTEL_EXPORTER_OTLP_METRIC_INSECURE',
	'OTEL_EXPERIMENTAL_CONFIG_FILE',
	'OTEL_METRICS_EXEMPLAR_FILTER',
	'OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN',
	'OTEL_ENTITIES',
];

describe('a wrong value gets one line with what is legal and the default', () => {
	const cases = Object.entries(ROWS).flatMap(([name, [wrong, fallback, needs = {}]]) =>
		wrong.map((value) => [name, value, fallback, needs] as const),
	);
	it.each(cases)('%s=%s', async (name, value, fallback, needs) => {
		const { notices } = await loaded({ ...needs, [name]: value });
		expect(notices).toHaveLength(1);
		expect(notices[0]).toMatch(new RegExp(`^${name} got '.+', which is ignored; legal: .+\\. Default: `));
		expect(notices[0]).toContain(`Default: ${fallback}.`);
		// A value that may be a secret is not repeated.
		expect(notices[0]).not.toContain('sesame');
	});

	it('and counts as not set', async () => {
		const wrong = Object.fromEntries(Object.entries(ROWS).map(([name, [values]]) => [name, values[0] ?? '']));
		const { config, signals, sources } = await loaded(wrong);
		const plain = await loaded({});
		expect(config).toEqual(plain.config);
		expect(signals).toEqual(plain.signals);
		expect(Object.values(sources).filter((source) => source.startsWith('OTEL_'))).toEqual([]);
	});
});

it('each variable has three wrong values, or is a text, or has no effect, and docs/configuration.md lists it', () => {
	for (const [name, [wrong]] of Object.entries(ROWS))
		expect([name, wrong.length]).toEqual([name, Math.max(3, wrong.length)]);
	const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
	const named = [...Object.keys(ROWS), ...TEXTS, ...WITHOUT_EFFECT].filter((name) => !mentions(page, name));
	expect(named).toEqual([]);
});

/** Whether the page has a variable's name, or a pattern such as `OTEL_BSP_*` that stands for it. */
function mentions(page: string, name: string): boolean {
	const patterns = [...page.matchAll(/`(OTEL_[A-Z_*]+)`/g)]
		.map(([, pattern = '']) => pattern)
		.filter((pattern) => pattern !== 'OTEL_*');
	return patterns.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '[A-Z_]+')}$`).test(name));
}

it('the table has every variable that is read anywhere, and every one of the specification', async () => {
	const { OTEL_VARIABLES, WITHOUT_EFFECT: unsupported } = await import('../../../config/sources/otel-table.js');
	expect([...Object.keys(ROWS), ...TEXTS].sort()).toEqual(Object.keys(OTEL_VARIABLES).sort());
	expect([...WITHOUT_EFFECT].sort()).toEqual(Object.keys(unsupported).sort());
	const known = new Set([...Object.keys(OTEL_VARIABLES), ...Object.keys(unsupported)]);
	expect(SPECIFICATION.filter((name) => !known.has(name))).toEqual([]);
});

/** The variables of OpenTelemetry's specification, as its page on environment variables lists them. */
const SPECIFICATION = [
	...['SDK_DISABLED', 'ENTITIES', 'RESOURCE_ATTRIBUTES', 'SERVICE_NAME', 'LOG_LEVEL', 'PROPAGATORS', 'CONFIG_FILE'],
	...['TRACES_SAMPLER', 'TRACES_SAMPLER_ARG', 'TRACES_EXPORTER', 'METRICS_EXPORTER', 'LOGS_EXPORTER'],
	...['BSP', 'BLRP'].flatMap((prefix) =>
		['SCHEDULE_DELAY', 'EXPORT_TIMEOUT', 'MAX_QUEUE_SIZE', 'MAX_EXPORT_BATCH_SIZE'].map((key) => `${prefix}_${key}`),
	),
	...['', 'SPAN_', 'LOGRECORD_'].flatMap((prefix) =>
		['ATTRIBUTE_VALUE_LENGTH_LIMIT', 'ATTRIBUTE_COUNT_LIMIT'].map((key) => prefix + key),
	),
	...['SPAN_EVENT', 'SPAN_LINK', 'EVENT_ATTRIBUTE', 'LINK_ATTRIBUTE'].map((key) => `${key}_COUNT_LIMIT`),
	...PER_SIGNAL.flatMap((signal) =>
		[...Object.keys(OTLP), 'CERTIFICATE', 'CLIENT_KEY', 'CLIENT_CERTIFICATE'].map(
			(key) => `EXPORTER_OTLP_${signal}${key}`,
		),
	),
	...['EXPORTER_OTLP_SPAN_INSECURE', 'EXPORTER_OTLP_METRIC_INSECURE'],
	...['TEMPORALITY_PREFERENCE', 'DEFAULT_HISTOGRAM_AGGREGATION'].map((key) => `EXPORTER_OTLP_METRICS_${key}`),
	...['EXPORTER_ZIPKIN_ENDPOINT', 'EXPORTER_ZIPKIN_TIMEOUT', 'EXPORTER_PROMETHEUS_HOST', 'EXPORTER_PROMETHEUS_PORT'],
	...['METRICS_EXEMPLAR_FILTER', 'METRIC_EXPORT_INTERVAL', 'METRIC_EXPORT_TIMEOUT'],
].map((name) => `OTEL_${name}`);

describe('a variable without an effect gets one line', () => {
	it.each(WITHOUT_EFFECT)('%s', async (name) => {
		expect((await loaded({ [name]: 'x' })).notices).toEqual([expect.stringMatching(`^${name} has no effect: .+\\.$`)]);
	});

	it('but none if it asks for what is so anyway', async () => {
		expect((await loaded({ OTEL_METRICS_EXEMPLAR_FILTER: 'always_off' })).notices).toEqual([]);
	});

	it.each([undefined, 'always_on'])('OTEL_TRACES_SAMPLER_ARG with the sampler %p', async (sampler) => {
		const variables = { OTEL_TRACES_SAMPLER_ARG: '0.1', ...(sampler && { OTEL_TRACES_SAMPLER: sampler }) };
		expect((await loaded(variables)).notices).toEqual([
			'OTEL_TRACES_SAMPLER_ARG has no effect without OTEL_TRACES_SAMPLER=traceidratio or parentbased_traceidratio.',
		]);
	});
});

describe('a misspelt variable', () => {
	it.each([
		['OTEL_EXPORTER_OTLP_ENDPIONT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
		['OTEL_SERVICENAME', 'OTEL_SERVICE_NAME'],
		['OTEL_TRACE_SAMPLER', 'OTEL_TRACES_SAMPLER'],
	])('%s gets the right name', async (wrong, right) => {
		expect((await loaded({ [wrong]: 'x' })).notices).toEqual([
			`${wrong} is not a variable of OpenTelemetry that has an effect. Did you mean ${right}?`,
		]);
	});

	it.each(['OTEL_PYTHON_LOG_CORRELATION', 'OTEL_JAVAAGENT_ENABLED', 'OTEL_INSTRUMENTATION_HTTP_CAPTURE'])(
		'is not %s, which is another program’s',
		async (name) => {
			expect((await loaded({ [name]: 'x' })).notices).toEqual([]);
		},
	);
});

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
	it.each<[string, object, number]>([
		['service.name=shop,deployment', {}, 1],
		['service.name=shop,team=a%ZZ', {}, 1],
		['service.name=shop,build.label=a=b', { 'build.label': 'a=b' }, 0],
		['service.name=shop, team = soul ,,k=', { team: 'soul', k: '' }, 0],
		['=x,service.name=shop,%5Fk=%2C,y', { _k: ',' }, 1],
	])('%s keeps the good pairs', async (value, resource, lines) => {
		const { config, notices } = await loaded({ OTEL_RESOURCE_ATTRIBUTES: value });
		expect([config.serviceName, config.resource]).toEqual(['shop', resource]);
		expect(notices).toHaveLength(lines);
	});
});

it('OTEL_EXPORTER_OTLP_HEADERS keeps the good pairs', async () => {
	const { config, notices } = await loaded({ OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b,c=%20x;y,d=' });
	expect({ ...config.otlp.headers }).toEqual({ a: '1', c: ' x;y' });
	expect(notices).toEqual([expect.stringContaining("got 'a part without a name or a value, d=…', which is ignored")]);
});
