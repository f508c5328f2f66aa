import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle, linesOf, runChild, temporary } from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());

type Way = 'minimal' | 'node-sdk';

/** What a start with one of the two SDKs prints, registers, logs and exports. */
async function shown(way: Way, env: NodeJS.ProcessEnv = {}, how = '') {
	const parent = temporary();
	try {
		writeFileSync(join(parent, 'package.json'), '{"name":"by-package","version":"4.5.6"}');
		const directory = join(parent, 'telemetry');
		const ended = await runChild('starting.mjs', {
			cwd: parent,
			env: { BUNDLE: built.url, DIR: directory, WAY: way, HOW: how, ...env },
		});
		if (ended.code !== 0) throw new Error(`The child ended with ${ended.code ?? ended.signal}: ${ended.stderr}`);
		const logged = ended.stdout.trimEnd().split('\n');
		const result = JSON.parse(logged.pop() ?? '');
		// The number of lines of a signal depends on time: what is recorded within a second is one line.
		const exported = ['traces', 'metrics', 'logs'].map((signal) =>
			linesOf(directory, signal).flatMap((line) => Object.values(line).flat()),
		);
		return { result, logged: withoutVariation([...logged, ended.stderr]), exported: withoutVariation(exported) };
	} finally {
		rmSync(parent, { recursive: true, force: true });
	}
}

/** Attributes whose values differ from process to process. */
const OWN =
	/^(process\.pid|service\.instance\.id|http\.(url|host)|net\.(host|peer)\.port|server\.port|network\.peer\.port)$/;

/** Removes what differs from run to run: times, durations, ports and code locations; ids become their order. */
function withoutVariation<T>(value: T): T {
	const ids = new Map<string, number>();
	const numbered = (id: string) => {
		if (!ids.has(id)) ids.set(id, ids.size);
		return `id ${ids.get(id)}`;
	};
	return JSON.parse(JSON.stringify(value), (key, one) => {
		if (key.endsWith('UnixNano') || key === 'bucketCounts') return typeof one;
		if (['sum', 'min', 'max'].includes(key) && typeof one === 'number') return typeof one;
		if (typeof one?.key === 'string' && OWN.test(one.key)) return one.key;
		if (typeof one !== 'string') return one;
		return one
			.replace(/\b([0-9a-f]{32}|[0-9a-f]{16})\b/g, numbered)
			.replace(/\n {4}at .*/g, '')
			.replace(/:\d{4,5}\b/g, ':port');
	});
}

const DETECTORS = 'serviceinstance,process,os,host,env';
const RESOURCE = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=ignored,team=soul,port=80', OTEL_SERVICE_NAME: 'garden' };

const LIMITS = {
	OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '2',
	OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5',
	OTEL_SPAN_EVENT_COUNT_LIMIT: '2',
	OTEL_SPAN_LINK_COUNT_LIMIT: '1',
	OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT: '1',
	OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: '1',
	OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '2',
	OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '7',
};

describe('the minimal SDK and the NodeSDK register, export and log the same', () => {
	it.each<[string, NodeJS.ProcessEnv]>([
		['with no variable', {}],
		['with baggage alone', { OTEL_PROPAGATORS: 'baggage' }],
		['with trace context listed twice', { OTEL_PROPAGATORS: ' tracecontext,tracecontext' }],
		['with no propagator', { OTEL_PROPAGATORS: 'baggage,none' }],
		['with attributes from the environment', RESOURCE],
		['with some detectors', { OTEL_NODE_RESOURCE_DETECTORS: DETECTORS, ...RESOURCE }],
		['with all detectors', { OTEL_NODE_RESOURCE_DETECTORS: 'all', ...RESOURCE }],
		['with no detector', { OTEL_NODE_RESOURCE_DETECTORS: 'process,none', ...RESOURCE }],
		['with limits of spans and log records', LIMITS],
		['with limits of everything', { OTEL_ATTRIBUTE_COUNT_LIMIT: '2', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5' }],
		['with a sampler that keeps nothing', { OTEL_TRACES_SAMPLER: 'always_off' }],
		['with a sampler that heeds no parent', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
		['switched off', { OTEL_SDK_DISABLED: 'TRUE' }],
		['switched off by a word that is none', { OTEL_SDK_DISABLED: 'yes', OTEL_LOG_LEVEL: 'warn' }],
		['with the log level debug', { OTEL_LOG_LEVEL: 'debug' }],
		['with an unknown log level', { OTEL_LOG_LEVEL: 'loud' }],
		['counting their own work', { OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true' }],
	])('%s', async (_name, env) => {
		const [minimal, full] = await Promise.all([shown('minimal', env), shown('node-sdk', env)]);
		expect(minimal).toEqual(full);
	});

	it('if the shutdown fails', async () => {
		const [minimal, full] = await Promise.all([shown('minimal', {}, 'failing'), shown('node-sdk', {}, 'failing')]);
		expect(minimal).toEqual(full);
	});

	it('except for logs that no preset exports, for which the minimal SDK registers nothing', async () => {
		const [minimal, full] = await Promise.all([shown('minimal', {}, 'no logs'), shown('node-sdk', {}, 'no logs')]);
		expect(full.result.after).toEqual([...minimal.result.after, 'logs: LoggerProvider$1']);
		expect(minimal.exported).toEqual(full.exported);
	});
});

it('the comparison covers every signal, the instrumented server and client, and a failing shutdown', async () => {
	const { result, exported } = await shown('minimal');
	const text = JSON.stringify(exported);
	for (const word of ['"of another process"', '"hello"', '"calls"', '"GET"', 'http.server.request.duration']) {
		expect(text).toContain(word);
	}
	expect(text).not.toContain('too late');
	expect(result).toMatchObject({ ended: 'resolved', order: ['spans', 'logs'] });
	expect((await shown('minimal', {}, 'failing')).result.ended).toBe('spans fails');
});
