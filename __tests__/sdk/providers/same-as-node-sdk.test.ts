import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle, linesOf, runChild, temporary } from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());

type Way = 'lean' | 'node-sdk';

/** What a start by one of the ways shows, registers, says and exports. */
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
		const said = ended.stdout.trimEnd().split('\n');
		const seen = JSON.parse(said.pop() ?? '');
		// How many lines there are of a signal is a matter of time: what has waited for a second is one.
		const exported = ['traces', 'metrics', 'logs'].map((signal) =>
			linesOf(directory, signal).flatMap((line) => Object.values(line).flat()),
		);
		return { seen, said: plain([...said, ended.stderr]), exported: plain(exported) };
	} finally {
		rmSync(parent, { recursive: true, force: true });
	}
}

/** Attributes whose values differ from process to process. */
const OWN =
	/^(process\.pid|service\.instance\.id|http\.(url|host)|net\.(host|peer)\.port|server\.port|network\.peer\.port)$/;

/** Without what differs from run to run: times, durations, ports, places in the code; ids by the order in which they come. */
function plain<T>(value: T): T {
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
const SPEAKERS = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=said,team=soul,port=80', OTEL_SERVICE_NAME: 'garden' };

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

describe('the lean starter and the NodeSDK register, export and say the same', () => {
	it.each<[string, NodeJS.ProcessEnv]>([
		['with no variable', {}],
		['with baggage alone', { OTEL_PROPAGATORS: 'baggage' }],
		['with trace context alone, said twice', { OTEL_PROPAGATORS: ' tracecontext,tracecontext' }],
		['with no propagator', { OTEL_PROPAGATORS: 'baggage,none' }],
		['with attributes from the environment', SPEAKERS],
		['with some detectors', { OTEL_NODE_RESOURCE_DETECTORS: DETECTORS, ...SPEAKERS }],
		['with all detectors', { OTEL_NODE_RESOURCE_DETECTORS: 'all', ...SPEAKERS }],
		['with no detector', { OTEL_NODE_RESOURCE_DETECTORS: 'process,none', ...SPEAKERS }],
		['with limits of spans and log records', LIMITS],
		['with limits of everything', { OTEL_ATTRIBUTE_COUNT_LIMIT: '2', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5' }],
		[
			'with limits that are none',
			{
				OTEL_LOG_LEVEL: 'warn',
				OTEL_ATTRIBUTE_COUNT_LIMIT: '-1',
				OTEL_SPAN_EVENT_COUNT_LIMIT: 'many',
				OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '0',
			},
		],
		['with a sampler that keeps nothing', { OTEL_TRACES_SAMPLER: 'always_off' }],
		['with a sampler that heeds no parent', { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }],
		['switched off', { OTEL_SDK_DISABLED: 'TRUE' }],
		['switched off by a word that is none', { OTEL_SDK_DISABLED: 'yes', OTEL_LOG_LEVEL: 'warn' }],
		['asked to say everything', { OTEL_LOG_LEVEL: 'debug' }],
		['asked for a level that is none', { OTEL_LOG_LEVEL: 'loud' }],
		['counting their own work', { OTEL_NODE_EXPERIMENTAL_SDK_METRICS: 'true' }],
	])('%s', async (_name, env) => {
		const [lean, full] = await Promise.all([shown('lean', env), shown('node-sdk', env)]);
		expect(lean).toEqual(full);
	});

	it('where shutting down fails', async () => {
		const [lean, full] = await Promise.all([shown('lean', {}, 'failing'), shown('node-sdk', {}, 'failing')]);
		expect(lean).toEqual(full);
	});

	it('but for logs that nobody carries, for which the lean one registers nothing', async () => {
		const [lean, full] = await Promise.all([shown('lean', {}, 'no logs'), shown('node-sdk', {}, 'no logs')]);
		expect(full.seen.after).toEqual([...lean.seen.after, 'logs: LoggerProvider$1']);
		expect(lean.exported).toEqual(full.exported);
	});
});

it('what they are compared by is there: every signal, the instrumented server and client, and a shutdown that fails', async () => {
	const { seen, exported } = await shown('lean');
	const text = JSON.stringify(exported);
	for (const word of ['"of another process"', '"hello"', '"calls"', '"GET"', 'http.server.request.duration']) {
		expect(text).toContain(word);
	}
	expect(text).not.toContain('too late');
	expect(seen).toMatchObject({ ended: 'resolved', order: ['spans', 'logs'] });
	expect((await shown('lean', {}, 'failing')).seen.ended).toBe('spans fails');
});
