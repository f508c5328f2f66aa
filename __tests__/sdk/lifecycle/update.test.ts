import { rmSync } from 'node:fs';
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { updateConfig } from '../../../config/update.js';
import { traced } from '../../../index.js';
import { withoutSecrets } from '../../../lib/diagnostics/mask.js';
import { loadConfig, startTelemetry, type Telemetry, type TelemetryUpdate } from '../../../sdk/index.js';
import { temporary } from '../../support/children.js';
import { type Backend, grpcBackend, httpBackend, spanNamesIn } from '../../support/otlp-servers.js';

const nothing = (): void => undefined;
const SILENT = { error: nothing, warn: nothing, info: nothing, debug: nothing, verbose: nothing };

const greet = traced(() => 'hello', { path: 'self.soul.greet' });

let directory: string;
let backend: Backend | undefined;
let telemetry: Telemetry | undefined;
beforeEach(() => {
	directory = temporary();
});
afterEach(async () => {
	await telemetry?.shutdown();
	await backend?.close();
	[telemetry, backend] = [undefined, undefined];
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

/** Starts the preset `otlp` with a loopback receiver. */
async function start(
	receiver = httpBackend(),
	protocol: 'http/protobuf' | 'grpc' = 'http/protobuf',
	delivery: { delay?: string } = {},
): Promise<Telemetry> {
	backend = await receiver;
	const otlp = { endpoint: backend.url, protocol, headers: { 'x-turn': '0', 'x-kept': 'yes' } };
	telemetry = await startTelemetry({ preset: 'otlp', json: { directory }, otlp, delivery });
	return telemetry;
}

/** The requests with traces that the receiver got. */
const traces = () => (backend?.got ?? []).filter(({ path }) => /trace/i.test(path));
const received = () => traces().flatMap(({ body }) => spanNamesIn(body));

describe('update()', () => {
	it('changes rules, rate and headers 100 times under 5,000 calls in each second, and loses nothing by the law', async () => {
		const running = await start(httpBackend(), 'http/protobuf', { delay: '20ms' });
		const calls = { named: 0, plain: 0, unsampled: 0 };
		let isDone = false;
		/** As many calls as are due at 5 in each millisecond, counted by the config that is in effect at each of them. */
		const load = async () => {
			const begin = performance.now();
			let made = 0;
			while (!isDone) {
				const due = Math.floor((performance.now() - begin) * 5);
				for (; made < due; made++) {
					const { sampling, rules } = running.config;
					const kind = sampling.rate === 0 ? 'unsampled' : rules.length > 0 ? 'named' : 'plain';
					calls[kind] += 1;
					greet();
				}
				await nextTurn();
			}
		};
		const loading = load();
		for (let turn = 1; turn <= 100; turn++) {
			await running.update({
				rules: turn % 2 === 0 ? [] : [{ match: 'self.**', name: 'renamed' }],
				sampling: { rate: turn % 5 === 0 ? 0 : 1 },
				headers: { 'X-Turn': String(turn) },
				logLevel: turn % 2 === 0 ? 'warn' : 'error',
			});
			await setTimeout(10);
		}
		isDone = true;
		await loading;
		await running.update({ sampling: { rate: 1 }, rules: [] });
		greet();
		calls.plain += 1;
		await running.flush();
		const { created, delivered, queued, onDisk, dropped } = running.stats().spans;
		const total = calls.named + calls.plain;
		// 100 turns of at least 10 ms, four fifths of which are sampled.
		expect(total + calls.unsampled).toBeGreaterThan(5000);
		expect(calls.unsampled).toBeGreaterThan(0);
		expect({ created, delivered, queued, onDisk, dropped }).toEqual({
			...{ created: total, delivered: total, queued: 0, onDisk: 0, dropped: 0 },
		});
		const names = received();
		expect(names.filter((name) => name === 'renamed').length).toBe(calls.named);
		expect(names.length).toBe(total);
		// The receiver has seen the headers change, each value after the one before it.
		const turns = traces().map(({ headers }) => Number(headers['x-turn']));
		expect(turns).toEqual(turns.toSorted((a, b) => a - b));
		expect(new Set(turns).size).toBeGreaterThan(1);
		expect(turns.at(-1)).toBe(100);
		expect(traces().every(({ headers }) => headers['x-kept'] === 'yes')).toBe(true);
	});

	it('changes the headers of jaeger, alone and beside otlp', async () => {
		backend = await httpBackend();
		const jaeger = { endpoint: backend.url, headers: { 'x-turn': '0', 'x-kept': 'yes' } };
		const running = await startTelemetry({ preset: 'jaeger', json: { directory }, jaeger });
		telemetry = running;
		greet();
		await running.flush();
		await running.update({ headers: { 'X-Turn': '1' } });
		greet();
		await running.flush();
		await running.update({ jaeger: { headers: { 'x-turn': '2' } } });
		greet();
		await running.flush();
		expect(traces().map(({ headers }) => [headers['x-turn'], headers['x-kept']])).toEqual([
			['0', 'yes'],
			['1', 'yes'],
			['2', 'yes'],
		]);
		await running.restart({ preset: ['otlp', 'jaeger'], json: { directory }, jaeger, otlp: { endpoint: backend.url } });
		// With both, `headers` are those of otlp: what one backend accepts as a token is no business of the other.
		await running.update({ headers: { 'x-otlp': 'yes' }, jaeger: { headers: { 'x-jaeger': 'yes' } } });
		backend.got.length = 0;
		greet();
		await running.flush();
		expect(traces().map(({ headers }) => [headers['x-otlp'], headers['x-jaeger']])).toEqual(
			expect.arrayContaining([
				['yes', undefined],
				[undefined, 'yes'],
			]),
		);
	});

	it('logs once that headers belong to a preset that is not in use', async () => {
		backend = await httpBackend();
		const running = await startTelemetry({ preset: 'jaeger', json: { directory }, jaeger: { endpoint: backend.url } });
		telemetry = running;
		const lines: string[] = [];
		diag.setLogger(
			{ ...SILENT, warn: (...parts) => void lines.push(parts.join(' ')) },
			{ suppressOverrideMessage: true },
		);
		expect((await running.update({ otlp: { headers: { a: '1' } } })).otlp.headers).toEqual({ a: '1' });
		await running.update({ otlp: { headers: { a: '2' } } });
		expect(lines.join('\n')).toContain(
			'update() changed headers of the preset otlp, which is not in use: no request carries them. The presets in use are jaeger.',
		);
		expect(lines).toHaveLength(1);
		const twice = running.update({ headers: { a: '1' }, jaeger: { headers: { a: '2' } } });
		await expect(twice).rejects.toThrow('update(): "headers" and "jaeger.headers" are the same headers.');
		const endpoint = running.update({ jaeger: { endpoint: 'http://localhost' } as never });
		await expect(endpoint).rejects.toThrow('update(): "jaeger.endpoint" cannot be changed while telemetry runs;');
	});

	it('changes the headers of single signals, over gRPC too', async () => {
		const running = await start(grpcBackend(), 'grpc');
		if (backend === undefined) throw new Error('There is no receiver.');
		greet();
		await running.flush();
		await running.update({ headers: { 'x-turn': '1' }, otlp: { traces: { headers: { 'x-only': 'traces' } } } });
		greet();
		await running.flush();
		expect(traces().map(({ headers }) => [headers['x-turn'], headers['x-only'], headers['x-kept']])).toEqual([
			['0', undefined, 'yes'],
			['1', 'traces', 'yes'],
		]);
		const others = backend.got.filter(({ path }) => path.includes('Metrics'));
		expect(others.at(-1)?.headers).toMatchObject({ 'x-turn': '1' });
		expect(others.at(-1)?.headers).not.toHaveProperty('x-only');
	});

	it('returns the config in effect, with new headers masked as those of a start are', async () => {
		const running = await start();
		const before = running.config;
		process.env['TOKEN_OF_A_TEST'] = 'rotated-token-of-kent';
		const config = await running.update({ headers: { authorization: `Bearer \${env:TOKEN_OF_A_TEST}` } });
		delete process.env['TOKEN_OF_A_TEST'];
		expect(config).toBe(running.config);
		const { otlp } = await running.update({ headers: { 'X-TURN': '1' } });
		expect(Object.keys(otlp.headers)).toEqual(['x-kept', 'authorization', 'X-TURN']);
		expect((await running.update({ headers: { 'x-turn': '2' } })).otlp.headers).toEqual({
			...{ 'x-kept': 'yes', authorization: 'Bearer rotated-token-of-kent', 'x-turn': '2' },
		});
		expect(before.otlp.headers).not.toHaveProperty('authorization');
		expect(config.otlp.headers['authorization']).toBe('Bearer rotated-token-of-kent');
		expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('rotated-token-of-kent');
		expect(withoutSecrets('the server said: rotated-token-of-kent is expired')).toBe(
			'the server said: [redacted] is expired',
		);
		expect({ ...config, otlp: before.otlp }).toEqual(before);
	});

	it.each<[changes: unknown, message: string]>([
		[{ sampling: { rate: 2 } }, 'update(): "sampling.rate" got 2; legal: a number from 0 to 1.'],
		[{ preset: 'json' }, 'update(): "preset" cannot be changed while telemetry runs; legal here: rules, sampling,'],
		[
			{ sampeling: {} },
			'update(): "sampeling" is not a key; legal here: rules, sampling, logLevel, headers, otlp, jaeger. Did you',
		],
		[{ otlp: { endpoint: 'http://localhost' } }, 'update(): "otlp.endpoint" cannot be changed while telemetry runs;'],
		[{ otlp: { logs: { timeout: 1 } } }, 'update(): "otlp.logs.timeout" cannot be changed while telemetry runs;'],
		[{ headers: { a: '1' }, otlp: { headers: { a: '2' } } }, 'update(): "headers" and "otlp.headers" are the same'],
		[{ headers: { 'a b': '1' } }, 'update(): "otlp.headers.a b" is not a header name;'],
		[{ headers: { a: `\${env:NOT_SET_ANYWHERE}` } }, 'update(): "otlp.headers.a" needs the variable NOT_SET_ANYWHERE,'],
		[
			{ rules: [{ match: 'Soul.get*', enabled: false }] },
			'update(): "rules[0].match" got \'Soul.get*\'; legal: the glob',
		],
		[
			{ logLevel: 'warning' },
			'update(): "logLevel" got \'warning\'; legal: none, error, warn, info, debug or verbose. Did',
		],
		[
			undefined,
			'update(): the changes are an object with the keys rules, sampling, logLevel, headers, otlp, jaeger; it got undefined.',
		],
	])('refuses %j and changes nothing', async (changes, message) => {
		const running = await start();
		const before = running.config;
		const valid: TelemetryUpdate = { headers: { 'x-turn': 'wrong' }, rules: [], sampling: { rate: 0 } };
		const given = changes === undefined ? undefined : { ...valid, ...(changes as object) };
		await expect(running.update(given as TelemetryUpdate)).rejects.toMatchObject({
			name: 'ConfigurationError',
			message: expect.stringContaining(message),
		});
		expect(running.config).toBe(before);
		greet();
		await running.flush();
		expect(traces().map(({ headers }) => headers['x-turn'])).toEqual(['0']);
	});

	it('reports all faults at once, and what OTEL_CONFIG_FILE decides', async () => {
		const loaded = await loadConfig({ json: { directory } });
		const wrong = { sampling: { rate: 'all' }, logLevel: 3, preset: 'json' };
		await expect(updateConfig(loaded, wrong)).rejects.toMatchObject({
			faults: [{ key: 'preset' }, { key: 'sampling.rate' }, { key: 'logLevel' }].map((fault) =>
				expect.objectContaining(fault),
			),
		});
		const declared = { ...loaded, declarative: '/etc/otel.yaml' };
		await expect(updateConfig(declared, { sampling: { rate: 0.5 } })).rejects.toThrow(
			'"sampling" cannot be changed: /etc/otel.yaml, which OTEL_CONFIG_FILE names, decides it; legal here: rules, logLevel.',
		);
		const rules = [{ match: 'self.**', enabled: false }];
		expect((await updateConfig(declared, { rules })).config.rules).toEqual(rules);
	});

	it('rejects after shutdown()', async () => {
		const running = await start();
		await running.shutdown();
		await expect(running.update({ logLevel: 'error' })).rejects.toThrow(
			'update() needs telemetry that runs, and shutdown() was called on this handle. Call startTelemetry() instead.',
		);
	});

	it('does nothing on a handle that does nothing', async () => {
		const idle = await startTelemetry({ enabled: false });
		expect(await idle.update({ sampling: { rate: 0 } })).toBe(idle.config);
		expect(idle.config.sampling.rate).toBe(1);
	});
});
