import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
	bundle,
	type Ended,
	filesOf,
	lastMetrics,
	linesOf,
	runChild,
	spanNames,
	spansOf,
	temporary,
} from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
let parent: string;
let directory: string;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(() => {
	parent = temporary();
	directory = join(parent, 'telemetry');
	writeFileSync(join(parent, 'package.json'), '{"name":"by-package","version":"4.5.6"}');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const NO_TOKENS = { counted: { input: 0, output: 0 }, late: { input: 0, output: 0 }, outside: { input: 0, output: 0 } };
const NOTHING = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };

async function child(name: string, env: NodeJS.ProcessEnv = {}): Promise<Ended & { output: unknown }> {
	const ended = await runChild('cases.mjs', {
		args: [name],
		cwd: parent,
		env: { BUNDLE: built.url, DIR: directory, ...env },
	});
	const { code, signal, stderr } = ended;
	if (code !== 0) throw new Error(`The child ended with ${code ?? signal}: ${stderr}`);
	return { ...ended, output: JSON.parse(ended.stdout) };
}

const attributes = (list: { key: string; value: unknown }[]) =>
	Object.fromEntries(list.map(({ key, value }) => [key, value]));

describe('startTelemetry()', () => {
	it('writes spans, metrics and logs as OTLP JSON lines, one file for each signal, readable by their owner only', async () => {
		const { output, stderr } = await child('signals');
		const one = (made: number) => ({ ...NOTHING, created: made, delivered: made });
		expect(output).toEqual({
			stats: {
				spans: one(2),
				metricPoints: one(1),
				logs: one(1),
				files: ['traces', 'metrics', 'logs'].flatMap((signal) =>
					filesOf(directory, signal).map((name) => join(directory, signal, name)),
				),
				backends: [],
				tokens: NO_TOKENS,
				unmatchedRules: [],
			},
			problems: {},
		});
		expect(stderr).toBe('');
		for (const path of ['', 'traces', 'metrics', 'logs']) {
			expect(statSync(join(directory, path)).mode & 0o777).toBe(0o700);
		}
		for (const signal of ['traces', 'metrics', 'logs']) {
			const names = filesOf(directory, signal);
			expect(names).toEqual([expect.stringMatching(/^\d{8}T\d{9}Z-\d+-[0-9a-f]{12}\.jsonl$/)]);
			expect(statSync(join(directory, signal, names[0] ?? '')).mode & 0o777).toBe(0o600);
		}
		const [line] = linesOf(directory, 'traces');
		const [resourceSpans] = line?.resourceSpans ?? [];
		expect(resourceSpans?.scopeSpans.map(({ scope }) => scope)).toEqual([
			{ name: 't', version: '1.2.3' },
			{ name: 'scope', version: '1.2.3' },
		]);
		const [inner, outer] = spansOf(directory);
		expect(outer).toEqual({
			traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
			spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
			name: 'parent',
			kind: 1,
			startTimeUnixNano: expect.stringMatching(/^\d{19}$/),
			endTimeUnixNano: expect.stringMatching(/^\d{19}$/),
			attributes: [
				{ key: 'text', value: { stringValue: 'x' } },
				{ key: 'int', value: { intValue: 1 } },
				{ key: 'double', value: { doubleValue: 1.5 } },
			],
			droppedAttributesCount: 0,
			events: [expect.objectContaining({ name: 'event' })],
			droppedEventsCount: 0,
			status: { code: 2, message: 'failed' },
			links: [],
			droppedLinksCount: 0,
			flags: 257,
		});
		expect(inner).toMatchObject({ name: 'child', parentSpanId: outer?.spanId, traceId: outer?.traceId });
		expect(lastMetrics(directory)).toEqual({ calls: [3] });
		expect(linesOf(directory, 'logs').map(({ resourceLogs }) => resourceLogs?.[0]?.scopeLogs[0]?.logRecords)).toEqual([
			[expect.objectContaining({ body: { stringValue: 'hello' }, severityText: 'INFO' })],
		]);
		// The resource has neither the command line nor the user.
		const resource = linesOf(directory, 'traces')[0]?.resourceSpans?.[0]?.resource.attributes ?? [];
		expect(attributes(resource)).toEqual({
			'service.name': { stringValue: 'garden' },
			'service.version': { stringValue: '4.5.6' },
			'service.instance.id': { stringValue: expect.stringMatching(/^[0-9a-f-]{36}$/) },
			'process.pid': { intValue: expect.any(Number) },
			'process.runtime.name': { stringValue: 'nodejs' },
			'process.runtime.version': { stringValue: process.versions.node },
			'process.runtime.description': { stringValue: 'Node.js' },
			'process.executable.name': { stringValue: expect.any(String) },
			'host.name': { stringValue: hostname() },
			'host.arch': { stringValue: expect.any(String) },
			'os.type': { stringValue: process.platform },
			'os.version': { stringValue: release() },
			'telemetry.sdk.language': { stringValue: 'nodejs' },
			'telemetry.sdk.name': { stringValue: 'opentelemetry' },
			'telemetry.sdk.version': { stringValue: expect.any(String) },
			team: { stringValue: 'soul' },
			port: { intValue: 80 },
		});
	});

	it('starts, stops and starts again in one process, and unregisters everything', async () => {
		const { output, stderr } = await child('again');
		const counts = { ...NOTHING, created: 1, delivered: 1 };
		const { before, after, output: spans } = output as Record<string, unknown>;
		expect([spans, after, stderr]).toEqual([[counts, counts], { ...(before as object), registered: ['version'] }, '']);
		expect(spanNames(directory).sort()).toEqual(['first', 'second']);
		expect(linesOf(directory, 'metrics').length).toBe(2);
	});

	it('starts again only when the shutdown under way has finished', async () => {
		expect((await child('restart')).output).toEqual({ other: true, spanName: 'path' });
		expect(spanNames(directory)).toEqual(['second']);
	});

	it('returns the running telemetry when called twice, and warns once about another config', async () => {
		const { output, stderr } = await child('twice');
		expect(output).toEqual({ same: true, spanName: 'invoke', wrong: 'ConfigurationError' });
		expect(stderr).toBe(
			'agentese-otel: telemetry runs already, with another config than this call has; it continues unchanged. ' +
				'Call restart() on it to hand over to another config, or update() to change rules, sampling, logLevel and ' +
				'headers.\n',
		);
	});

	it('hands an open span over with restart(), so that the end of the process interrupts it', async () => {
		const { output } = await child('handedOver');
		expect(output).toBe(0);
		const spans = spansOf(directory);
		expect(spans.map(({ name, attributes: list }) => [name, attributes(list)['agentese.interrupted']])).toEqual([
			['never ended', { boolValue: true }],
		]);
	});

	it('opens nothing and does nothing with enabled: false, preset: none or OTEL_SDK_DISABLED', async () => {
		const ways = [[{ enabled: false }], [{ preset: 'none' }], [{}, { OTEL_SDK_DISABLED: 'true' }]];
		const { output, stderr } = await child('off', { OFF: JSON.stringify(ways) });
		const off = {
			stats: {
				spans: NOTHING,
				metricPoints: NOTHING,
				logs: NOTHING,
				files: [],
				backends: [],
				tokens: NO_TOKENS,
				unmatchedRules: [],
			},
			problems: {},
			quiet: true,
			registered: [],
		};
		expect(output).toEqual([off, off, off]);
		expect([stderr, existsSync(directory)]).toEqual(['', false]);
	});

	it('reports a faulty config with strict: false and starts nothing', async () => {
		const { output, stderr } = await child('off', { OFF: '[[{"strict":false,"spanName":"way"}]]' });
		expect(output).toMatchObject([{ quiet: true, registered: [], stats: { spans: NOTHING } }]);
		expect(stderr).toBe(
			'agentese-otel: The configuration is refused. argument: "spanName" got \'way\'; legal: invoke or path. ' +
				'Telemetry is off, because of strict: false.\n',
		);
	});

	it('does not start beside an SDK of the application, and reports that', async () => {
		const { output, stderr } = await child('foreign');
		expect(output).toEqual({ own: true });
		expect(stderr).toBe(
			'agentese-otel: an OpenTelemetry SDK is registered already, for traces; decorators use that one, and ' +
				'startTelemetry starts none beside it. Add nodeSdkConfiguration() to it, or start only one of the two.\n' +
				'agentese-otel: the rules of the config have no effect with that SDK. Pass it nodeSdkConfiguration() to apply them; ' +
				'the "rate" of a rule needs the sampler of that configuration.\n' +
				'agentese-otel: that SDK registered no context manager, so its spans have no parent. Register one before the SDK ' +
				'starts: context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()), of ' +
				'@opentelemetry/context-async-hooks.\n',
		);
		expect(existsSync(directory)).toBe(false);
	});

	it('samples whole traces at the rate, and names the service by package.json', async () => {
		const [none, quarter = Number.NaN, all] = (await child('sampled')).output as number[];
		expect([none, quarter % 2, all]).toEqual([0, 0, 4000]);
		// 500 of 2,000 traces are expected; five standard deviations are 97.
		expect(Math.abs(quarter / 2 - 500)).toBeLessThan(97);
		const resource = linesOf(directory, 'traces')[0]?.resourceSpans?.[0]?.resource.attributes ?? [];
		expect(attributes(resource)['service.name']).toEqual({ stringValue: 'by-package' });
	});
});

describe('an application with another copy of the API', () => {
	it('through which its SDK was registered gets a line that it receives nothing', async () => {
		const { output, stderr } = await child('otherVersion');
		expect([output, existsSync(directory)]).toEqual([0, false]);
		const [first, second, ...others] = stderr.trimEnd().split('\n');
		expect(first).toContain('an OpenTelemetry SDK is registered already, for traces;');
		expect(second).toBe(
			'agentese-otel: an OpenTelemetry SDK was registered through @opentelemetry/api 1.9.0, which is older than the ' +
				'copy that decorators use, so it receives nothing from them. Keep one copy: npm ls @opentelemetry/api, and ' +
				'install the version of that SDK in the application: npm i @opentelemetry/api@1.9.0.',
		);
		expect(others).toEqual([]);
	});
});

describe('OTEL_CONFIG_FILE', () => {
	const declared = async (name: string) => {
		const requests: string[] = [];
		const server = createServer((request, response) => {
			requests.push(String(request.url));
			request.resume().on('end', () => response.end());
		}).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		const file = join(parent, 'otel.yaml');
		const exporter = `{ otlp_http: { endpoint: "http://127.0.0.1:${port}/v1/traces" } }`;
		writeFileSync(
			file,
			`file_format: "1.0"\ntracer_provider: { processors: [{ batch: { exporter: ${exporter} } }] }\n`,
		);
		const ended = await child(name, { OTEL_CONFIG_FILE: file });
		server.closeAllConnections();
		server.close();
		return { ...ended, requests, file };
	};

	it('decides where telemetry is sent, and one line reports which keys have no effect', async () => {
		const { output, stderr, requests, file } = await declared('declared');
		expect([output, requests]).toEqual([['version'], ['/v1/traces']]);
		expect(stderr).toBe(
			`agentese-otel: OTEL_CONFIG_FILE is set, so ${file} alone decides where telemetry is sent; preset, sampling, ` +
				'resource and serviceName of the toolkit have no effect. autoInstrumentation and the flush at the end of ' +
				'the process still work.\n',
		);
		expect(existsSync(directory)).toBe(false);
	});

	it('leaves rules and the log level to update(), which reports what it cannot change', async () => {
		const { output, file } = await declared('declaredAndUpdated');
		expect(output).toEqual([
			`The configuration is refused. update(): "sampling" cannot be changed: ${file}, which OTEL_CONFIG_FILE names, ` +
				'decides it; legal here: rules, logLevel.',
			'restart() cannot hand over telemetry that OTEL_CONFIG_FILE configures; it continues unchanged. Await its ' +
				'shutdown(), and call startTelemetry().',
			['nobody.home'],
			{ status: 'ok', reasons: [] },
		]);
	});

	it('is flushed by the toolkit at the end of the process', async () => {
		expect((await declared('declaredAndEnded')).requests).toEqual(['/v1/traces']);
	});
});

describe('instrumentations', () => {
	it('are disconnected at the stop and work at the next start, as do classes that were woven before', async () => {
		const { output, stderr } = await child('instrumentedAgain');
		// The invocation, the client and the server; with the flag off the invocation alone. The call between two starts is
		// counted at the second one, as dropped.
		expect([output, stderr.replace(/^.*--import agentese-otel\/register.*\n/, '')]).toEqual([[3, 4, 2], '']);
	});
});

describe('the console preset', () => {
	it("receives spans when they begin, so that a call of the application's own server is a part of the tree", async () => {
		const { output, stderr } = await child('ownServer');
		expect(output).toEqual({ ...NOTHING, created: 2, delivered: 2 });
		expect(stderr.replaceAll(/ [\d.]+ ms/g, '')).toBe('root ✓\n└─ served token=[redacted] ✓\n');
	});
});

describe('a directory that cannot be written', () => {
	it('is reported in one line, and the application continues', async () => {
		writeFileSync(directory, 'a file where the directory should be');
		const { output, stderr } = await child('unwritable');
		const lost = (made: number) => ({
			created: made,
			delivered: 0,
			queued: 0,
			dropped: made,
			droppedBy: { unwritable: made },
		});
		expect(output).toEqual({ spans: lost(3), metricPoints: lost(4) });
		expect(stderr.replaceAll(directory, '<directory>')).toMatch(
			/^agentese-otel: the json preset cannot write to <directory>; telemetry waits in memory, .* Reason: E.*\n$/,
		);
		expect(stderr.trimEnd().split('\n').length).toBe(1);
	});

	it('is reported in one line by a preset that sends too, which then does not claim to keep telemetry there', async () => {
		writeFileSync(directory, 'a file where the directory should be');
		const { output, stderr } = await child('unwritable', {
			AGENTESE_PRESET: 'otlp',
			AGENTESE_OTLP_ENDPOINT: 'http://127.0.0.1:9',
		});
		const lost = (made: number) => ({
			created: made,
			delivered: 0,
			queued: 0,
			dropped: made,
			droppedBy: { undelivered: made },
		});
		expect(output).toMatchObject({ spans: lost(3), metricPoints: lost(4) });
		expect(stderr.replaceAll(directory, '<directory>').trimEnd().split('\n').sort()).toEqual([
			expect.stringMatching(/^agentese-otel: the journal cannot be written; what is made waits in memory .* Reason: E/),
			expect.stringMatching(
				/^agentese-otel: the otlp preset cannot deliver to http:.*; telemetry waits in memory, .* Reason: /,
			),
		]);
	});
});

describe('one directory', () => {
	it('is shared by two processes and their worker threads, each with its own files', async () => {
		const both = await Promise.all([child('threads'), child('threads')]);
		expect(both.map(({ output }) => output)).toEqual([
			{ codes: [0, 5], files: 1 },
			{ codes: [0, 5], files: 1 },
		]);
		expect(filesOf(directory, 'traces').length).toBe(6);
		const names = ['main', 'main', 'worker exit', 'worker exit', 'worker natural', 'worker natural'];
		expect(spanNames(directory).sort()).toEqual(names);
	});
});

describe('nodeSdkConfiguration()', () => {
	it('returns a configuration with which an application starts the NodeSDK', async () => {
		const { stderr } = await child('alone');
		expect([spanNames(directory), stderr]).toEqual([['shut down'], '']);
	});
});

describe('agentese-otel/register', () => {
	const register = (env: NodeJS.ProcessEnv = {}) =>
		runChild('registered.mjs', { node: ['--import', join(built.url, 'register.mjs')], cwd: parent, env });

	it('starts telemetry before the application loads', async () => {
		const ended = await register();
		expect(ended).toEqual({ code: 0, signal: null, stdout: 'the application runs\n', stderr: '' });
		expect(spanNames(join(parent, '.agentese'))).toEqual(['of the application']);
	});

	it('reports a faulty config and does not start the application', async () => {
		writeFileSync(join(parent, 'agentese.config.yaml'), 'presets: [json]');
		const ended = await register();
		expect(ended).toEqual({
			code: 1,
			signal: null,
			stdout: '',
			stderr: expect.stringMatching(
				/^agentese-otel: The configuration is refused\. .*agentese\.config\.yaml:1: "presets" is not a key; .* Did you mean "preset"\?\n$/,
			),
		});
		expect(readdirSync(parent).sort()).toEqual(['agentese.config.yaml', 'package.json']);
	});

	it('starts the application without telemetry if a faulty config has strict: false', async () => {
		writeFileSync(join(parent, 'agentese.config.yaml'), 'presets: [json]\nstrict: false');
		const ended = await register();
		expect(ended).toMatchObject({ code: 0, stdout: 'the application runs\n' });
		expect(ended.stderr).toMatch(/Telemetry is off, because of strict: false\.\n$/);
	});
});

it('Node itself loads a config in TypeScript', async () => {
	writeFileSync(join(parent, 'agentese.config.ts'), 'const spanName: string = "path";\nexport default { spanName };');
	writeFileSync(join(parent, 'package.json'), '{"name":"by-package","type":"module"}');
	const { output } = await child('configOf');
	expect(output).toEqual({ spanName: 'path', source: join(parent, 'agentese.config.ts') });
});
