import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliveryDefaults } from '../../../delivery/options.js';
import type { CustomBackend, DeliveryAnswer, DeliveryRequest, OtlpBackend } from '../../../extend.js';
import { deliver } from '../../../sdk/assemble/custom-backend.js';
import { readsSpansEarly } from '../../../sdk/assemble/guard-custom-preset.js';
import { type Backend, httpBackend, logTextsIn, metricNamesIn, spanNamesIn } from '../../support/otlp-servers.js';
import { captureLogs, environment, providers } from '../../support/providers.js';

let outbox: string;
let open: (() => Promise<void>)[];

beforeEach(() => {
	outbox = mkdtempSync(join(tmpdir(), 'agentese-own-'));
	open = [];
});
afterEach(async () => {
	for (const close of open) await close();
	rmSync(outbox, { recursive: true, force: true });
});

const delivery = (more: object = {}) => ({ ...deliveryDefaults, directory: outbox, ...more });

async function started(to: OtlpBackend | CustomBackend, around = environment(), more: object = {}) {
	const parts = await deliver('hive', to, { ...around, delivery: delivery(more) });
	const made = providers(parts);
	open.push(made.shutdown);
	return { ...made, parts, spans: () => parts.stats?.().spans };
}

const files = (ending: string) =>
	readdirSync(outbox, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending));

/** A `send` that returns or throws the given results one after another, then accepts everything. */
function answering(...answers: (DeliveryAnswer | Error)[]) {
	const got: DeliveryRequest[] = [];
	const send = (request: DeliveryRequest): DeliveryAnswer => {
		got.push(request);
		const answer = answers.shift();
		if (answer instanceof Error) throw answer;
		return answer;
	};
	return { got, send };
}

it('deliver() creates a span processor that reads spans only when they end, and so needs no view of each that starts', async () => {
	const { parts } = await started({ endpoint: 'hive://localhost', send: answering().send });
	expect([parts.spanProcessors?.length, readsSpansEarly(parts)]).toEqual([1, false]);
});

describe('a backend that speaks OTLP', () => {
	let backend: Backend;
	beforeEach(async () => {
		backend = await httpBackend();
		open.push(backend.close);
	});

	it("receives all signals of the preset, with its headers, counted under the preset's name", async () => {
		const { tracer, meter, logger, flush, parts } = await started({
			endpoint: backend.url,
			headers: { 'x-hive': 'seven' },
		});
		tracer.startSpan('flown').end();
		meter.createCounter('flights').add(1);
		logger.emit({ body: 'it flies' });
		await flush();
		const at = (path: string) => backend.got.filter((one) => one.path === path).map(({ body }) => body);
		expect(at('/v1/traces').flatMap(spanNamesIn)).toEqual(['flown']);
		expect(at('/v1/metrics').flatMap(metricNamesIn)).toEqual(['flights']);
		expect(at('/v1/logs').flatMap(logTextsIn)).toEqual(['it flies']);
		expect(backend.got.map(({ headers }) => headers['x-hive'])).toEqual(['seven', 'seven', 'seven']);
		expect(parts.stats?.()).toMatchObject({
			spans: { created: 1, delivered: 1, queued: 0, onDisk: 0, dropped: 0 },
			metricPoints: { created: 1, delivered: 1 },
			logs: { created: 1, delivered: 1 },
			backends: [{ preset: 'hive', endpoint: backend.url, lastError: undefined }],
		});
	});

	it('receives only the signals that it names and that the config routes to the preset', async () => {
		const { parts } = await started(
			{ endpoint: backend.url, signals: ['traces', 'metrics'] },
			environment(['traces', 'logs']),
		);
		expect(Object.keys(parts).sort()).toEqual(['fill', 'spanProcessors', 'stats']);
	});

	it("leaves what it does not accept on disk under the preset's name, for the next start", async () => {
		await backend.close();
		const lines = captureLogs();
		const first = await started({ endpoint: backend.url });
		first.tracer.startSpan('kept').end();
		await first.shutdown();
		expect(first.spans()).toMatchObject({ created: 1, delivered: 0, onDisk: 1, dropped: 0 });
		const { host, port } = new URL(backend.url);
		expect(files('.segment')).toEqual([expect.stringMatching(`^hive-${host.replace(':', '_')}-[0-9a-f]{10}/traces/`)]);
		expect(lines).toEqual([
			expect.stringContaining(
				`the hive preset cannot deliver to ${backend.url}; telemetry is kept in ${outbox} until the backend accepts it. ` +
					'Start a backend there, or set its address in the options of the preset. Reason: connect ECONNREFUSED',
			),
		]);
		const back = await httpBackend(undefined, undefined, Number(port));
		open.push(back.close);
		const second = await started({ endpoint: backend.url });
		await second.flush();
		expect(second.spans()).toMatchObject({ created: 1, delivered: 1, adopted: 1, onDisk: 0, dropped: 0 });
		expect(back.got.filter(({ path }) => path === '/v1/traces').flatMap(({ body }) => spanNamesIn(body))).toEqual([
			'kept',
		]);
	});
});

describe('a custom send', () => {
	const endpoint = 'wire://user:secret@hive:7000/queen?key=secret';

	it('receives one request at a time, with the signal and the encoding', async () => {
		const { got, send } = answering();
		const { tracer, logger, flush, shutdown, spans } = await started({ endpoint, send });
		tracer.startSpan('first').end();
		logger.emit({ body: 'said' });
		await flush();
		tracer.startSpan('second').end();
		await shutdown();
		const traces = got.filter(({ signal }) => signal === 'traces');
		expect(traces.map(({ body }) => spanNamesIn(body))).toEqual([['first'], ['second']]);
		expect(got.filter(({ signal }) => signal === 'logs').flatMap(({ body }) => logTextsIn(body))).toEqual(['said']);
		expect(new Set(got.map(({ encoding }) => encoding))).toEqual(new Set(['protobuf']));
		expect(spans()).toMatchObject({ created: 2, delivered: 2, dropped: 0 });
	});

	it('may receive JSON', async () => {
		const { got, send } = answering();
		const { tracer, flush } = await started({ endpoint, send, encoding: 'json' }, environment(['traces']));
		tracer.startSpan('readable').end();
		await flush();
		const [{ body, encoding } = { body: new Uint8Array(), encoding: '' }] = got;
		expect([encoding, JSON.parse(Buffer.from(body).toString()).resourceSpans[0].scopeSpans[0].spans[0].name]).toEqual([
			'json',
			'readable',
		]);
	});

	it('that throws or returns retry is called again with the same request, which stays on disk meanwhile', async () => {
		const lines = captureLogs();
		const { got, send } = answering(new Error('the hive sleeps'), { kind: 'retry', afterMs: 20 });
		const { tracer, flush, spans, parts } = await started({ endpoint, send }, environment(['traces']));
		tracer.startSpan('patient').end();
		await flush();
		expect(spans()).toMatchObject({ created: 1, delivered: 0, onDisk: 1, retries: 1 });
		while (spans()?.delivered === 0) await flush();
		expect(got.map(({ body }) => spanNamesIn(body))).toEqual([['patient'], ['patient'], ['patient']]);
		expect(parts.stats?.().backends).toEqual([
			expect.objectContaining({
				endpoint: 'wire://hive:7000',
				lastError: 'send() of the hive preset returned "retry"',
			}),
		]);
		expect(lines.map((line) => /preset (\w+ \w+ to [^;\s]+)/.exec(line)?.[1] ?? line)).toEqual([
			'cannot deliver to wire://hive:7000',
			expect.stringContaining('delivers to wire://hive:7000 again'),
		]);
		expect(lines.join()).not.toContain('secret');
	});

	it('that returns badBody receives halves until the bad record is found; rejected records are counted', async () => {
		captureLogs();
		const bad: DeliveryAnswer = { kind: 'badBody', error: new Error('not this'), answer: 'too old' };
		const { got, send } = answering(...[{ kind: 'badBody', tooLarge: true } as const, bad, bad, undefined, bad], {
			kind: 'accepted',
			rejected: 1,
		} as const);
		const { tracer, flush, spans } = await started({ endpoint, send }, environment(['traces']));
		for (const name of ['a', 'b', 'c', 'd']) tracer.startSpan(name).end();
		await flush();
		// `a` is refused alone before anything was accepted, and again after `b` was.
		expect(got.map(({ body }) => spanNamesIn(body))).toEqual([
			['a', 'b', 'c', 'd'],
			['a', 'b'],
			['a'],
			['b'],
			['a'],
			['c', 'd'],
		]);
		expect(spans()).toMatchObject({ created: 4, delivered: 2, dropped: 2, droppedBy: { refused: 2 }, rejected: 1 });
		const letters = files('.refused');
		expect(letters).toHaveLength(1);
		const [head = ''] = readFileSync(join(outbox, letters[0] ?? ''), 'utf8').split('\n');
		expect(JSON.parse(head)).toMatchObject({ endpoint: 'wire://hive:7000', reason: 'not this', answer: 'too old' });
	});

	it('that returns badBackend keeps everything, is reported with its reason, and is called again', async () => {
		const lines = captureLogs();
		const { got, send } = answering({ kind: 'badBackend', error: new Error('the key has expired') });
		const { tracer, flush, spans } = await started({ endpoint, send }, environment(['traces']));
		for (const name of ['a', 'b']) tracer.startSpan(name).end();
		await flush();
		expect(spans()).toMatchObject({ delivered: 0, onDisk: 2, dropped: 0 });
		expect(lines).toEqual([expect.stringMatching(/cannot deliver to wire:.* Reason: the key has expired$/)]);
		await flush();
		expect(got).toHaveLength(2);
		expect(spans()).toMatchObject({ delivered: 2, dropped: 0 });
	});

	it('that does not return in time has its signal aborted, and is called again', async () => {
		captureLogs();
		let aborted = 0;
		let times = 0;
		const send = ({ abort }: DeliveryRequest) => {
			times += 1;
			if (times > 1) return undefined;
			return new Promise<undefined>(() => abort.addEventListener('abort', () => aborted++));
		};
		const { tracer, flush, spans, parts } = await started({ endpoint, send, timeout: 30 }, environment(['traces']));
		tracer.startSpan('slow').end();
		await flush();
		expect(parts.stats?.().backends?.[0]?.lastError).toBe('no answer within 30 ms');
		while (spans()?.delivered === 0) await flush();
		expect([aborted, times]).toEqual([1, 2]);
	});

	it('that returns anything else is reported once, and nothing is lost', async () => {
		const lines = captureLogs();
		const { send } = answering({ status: 200 } as unknown as DeliveryAnswer);
		const { tracer, flush, spans } = await started({ endpoint, send }, environment(['traces']));
		tracer.startSpan('odd').end();
		await flush();
		expect(spans()).toMatchObject({ delivered: 0, onDisk: 1 });
		expect(lines).toContainEqual(
			expect.stringContaining(
				'send() must return nothing, or an object whose kind is one of accepted, retry, badBody, badBackend; it returned object',
			),
		);
	});

	it('is closed once, when all signals are shut down', async () => {
		const { send } = answering();
		let closed = 0;
		const { shutdown } = await started({ endpoint, send, close: () => closed++ });
		expect(closed).toBe(0);
		await shutdown();
		expect(closed).toBe(1);
	});

	it('keeps what waits in memory only, if the config has no journal', async () => {
		captureLogs();
		const { send } = answering(new Error('away'));
		const { tracer, flush, spans } = await started({ endpoint, send }, environment(['traces']), { journal: false });
		tracer.startSpan('held').end();
		await flush();
		expect(spans()).toMatchObject({ created: 1, queued: 1, onDisk: 0 });
		expect(existsSync(outbox) && files('.segment')).toEqual([]);
	});
});

describe('a wrong description of a backend', () => {
	const send = () => undefined;
	it.each([
		[{ endpoint: 'http://hive', sent: 1 }, '"sent" is not a key; legal here: endpoint, protocol, '],
		[{ endpoint: 'hive://7' }, '"endpoint" got \'hive://7\'; legal: the address of a server'],
		[
			{ endpoint: 'http://hive', signals: ['spans'] },
			'a list of traces, metrics and logs as "signals"; it got ["spans"]',
		],
		[{ endpoint: 'hive', send }, 'the address of the backend as "endpoint", a URL with a host; it got "hive"'],
		[{ endpoint: 'mailto:hive', send }, 'a URL with a host; it got "mailto:hive"'],
		[{ endpoint: 'wire://hive', send, encoding: 'yaml' }, 'protobuf or json as "encoding"; it got "yaml"'],
		[{ endpoint: 'wire://hive', send, timeout: -1 }, 'a number of milliseconds as "timeout"; it got -1'],
		[{ endpoint: 'wire://hive', send, headers: {} }, 'beside a send(); it got "headers"'],
	])('%j is refused', async (to, message) => {
		const made = deliver('hive', to as unknown as CustomBackend, environment());
		await expect(made).rejects.toThrow(TypeError);
		await expect(made).rejects.toThrow(message);
		await expect(made).rejects.toThrow(/^deliver\(\) of the preset "hive" .*[^.]\.$/);
	});
});
