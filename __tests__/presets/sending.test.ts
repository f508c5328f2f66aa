import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bundle, type Ended, type Line, runChild, spanNames, temporary } from './support/children.js';

/** Each test starts Node processes of its own, and a busy machine takes its time. */
jest.setTimeout(60_000);

let built: Awaited<ReturnType<typeof bundle>>;
let directory: string;
let server: Server;
let endpoint: string;
let received: string[];
let answers: boolean;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(async () => {
	directory = temporary();
	received = [];
	answers = true;
	server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		if (!answers) return;
		const { resourceSpans = [] } = JSON.parse(Buffer.concat(chunks).toString()) as Line;
		received.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(nameOf))));
		response.setHeader('content-type', 'application/json').end('{}');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
	server.closeAllConnections();
	server.close();
	rmSync(directory, { recursive: true, force: true });
});

const nameOf = ({ name }: { name: string }) => name;
const SPANS = ['span 0', 'span 1', 'span 2', 'span 3', 'span 4'];

/** Runs the child, and answers how it ended, and how long it took from the first look of the application. */
async function end(how: string, journal = true): Promise<Ended & { ms: number }> {
	const started = Date.now();
	const ended = await runChild('sends.mjs', {
		args: [how],
		env: { BUNDLE: built.url, DIR: directory, ENDPOINT: endpoint, JOURNAL: String(journal) },
	});
	// Whatever becomes of the network, the files are whole.
	expect(spanNames(directory)).toEqual(expect.arrayContaining(SPANS));
	return { ...ended, ms: Date.now() - started };
}

describe.each([
	['natural', 0, null, 'beforeExit 0\nexit 0\n', ''],
	['exitCode', 4, null, '', ''],
	['unsettled', 13, null, '', 'unsettled top-level await'],
	['throw', 1, null, 'monitor thrown\n', 'Error: thrown\n    at Timeout'],
	['reject', 1, null, '', 'Error: rejected\n    at '],
	['SIGTERM', null, 'SIGTERM', '', ''],
	['SIGINT', null, 'SIGINT', '', ''],
	['SIGHUP', null, 'SIGHUP', '', ''],
] as const)('a process that ends by %s', (how, code, signal, stdout, stderr) => {
	it('sends what it has, and ends as it would have', async () => {
		const ended = await end(how);
		expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({ code, signal, stdout });
		if (stderr === '') expect(ended.stderr).toBe('');
		else expect(ended.stderr).toContain(stderr);
		expect(ended.stderr).not.toContain('agentese-otel:');
		expect(received).toEqual(SPANS);
	});
});

describe('an error that nobody catches', () => {
	/** Without the caret: it is below the place that made the error, not below the one that threw it. */
	const printed = (stderr: string) => stderr.replace(/^\s*\^\n/m, '');
	const both = async (how: string) => {
		const { stderr: bare } = await runChild('uncaught.mjs', { args: [how] });
		const ended = await runChild('uncaught.mjs', { args: [how], env: { BUNDLE: built.url, ENDPOINT: endpoint } });
		expect(ended).toMatchObject({ code: 1, signal: null, stdout: '' });
		expect(received).toEqual(SPANS);
		return [printed(ended.stderr), printed(bare)];
	};

	it.each(['error', 'syntax', 'rejection', 'rejectedValue'])('is printed as by a bare process (%s)', async (how) => {
		const [ours, bare] = await both(how);
		expect(ours).toBe(bare);
	});

	it('that is no Error is printed without a line of source, and not with one of ours', async () => {
		const [ours = ''] = await both('value');
		expect(ours).toMatch(/^\S*\n\n?5\n/m);
		expect(ours).not.toMatch(/agentese|ending|uncaught\.ts/);
	});
});

it('listeners of beforeExit are called as often as without us, and what they make is sent', async () => {
	const ended = await end('again');
	expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit 1\nbeforeExit 2\nbeforeExit 3\n', stderr: '' });
	expect(received).toEqual([...SPANS, 'after the first', 'after the second']);
});

it('others that listen to uncaught errors find themselves alone, and decide', async () => {
	const ended = await end('caught');
	expect(ended).toMatchObject({ code: 9, stdout: 'caught thrown by 1\n', stderr: '' });
	expect(received).toEqual(SPANS);
});

it('others that listen to a signal decide, and what they leave time for is sent', async () => {
	expect(await end('others')).toMatchObject({ code: 7, signal: null, stdout: '', stderr: '' });
	expect(received).toEqual(SPANS);
});

const LOST = (reason: string) =>
	new RegExp(
		`^agentese-otel: 5 spans(, \\d metric points?)? could not be sent before the process ended \\(otlp to ${endpoint}[^)]*\\), and are lost\\.${reason}\\n$`,
	);

it('process.exit() leaves no time; without a journal what is lost is counted in one line', async () => {
	const ended = await end('exit', false);
	expect(ended).toMatchObject({ code: 3, signal: null, stdout: '' });
	expect(ended.stderr).toMatch(LOST(''));
	expect(received).toEqual([]);
});

describe('a backend that does not answer', () => {
	beforeEach(() => {
		answers = false;
	});

	it.each([
		['natural', 0, null],
		['exitCode', 4, null],
		['SIGTERM', null, 'SIGTERM'],
	] as const)(
		'is waited for two seconds (%s); without a journal what is lost is counted in one line',
		async (how, code, signal) => {
			const [ended, kept] = await Promise.all([end(how, false), end(how)]);
			expect(ended).toMatchObject({ code, signal });
			expect(ended.stderr).toMatch(LOST(''));
			expect(kept).toMatchObject({ code, signal, stderr: '' });
			expect(ended.ms).toBeGreaterThan(2000);
			expect(ended.ms).toBeLessThan(8000);
		},
	);

	it('is not waited for when a second signal comes', async () => {
		const ended = await end('twice', false);
		expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
		expect(ended.stderr).toMatch(LOST(''));
		expect(ended.ms).toBeLessThan(2000 + 1500);
	});
});

it('a backend that is away is one line, with the reason; without a journal what is lost is one more', async () => {
	server.closeAllConnections();
	server.close();
	const away = `agentese-otel: the otlp preset cannot deliver to ${endpoint}; what is made `;
	const kept = await end('natural');
	expect(kept.stderr.split('\n')).toEqual([expect.stringContaining(`${away}is kept in ${directory}/outbox `), '']);
	const ended = await end('natural', false);
	expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit 0\nexit 0\n' });
	const [first = '', second = ''] = ended.stderr.split('\n');
	expect(first).toContain(`${away}waits in memory`);
	expect(`${second}\n`).toMatch(LOST('.*'));
	expect(ended.ms).toBeLessThan(8000);
});
