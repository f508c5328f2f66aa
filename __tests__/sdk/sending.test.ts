import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle, type Ended, type Line, runChild, spanNames, temporary } from '../support/children.js';
import { firstThat } from '../support/rounds.js';

let built: Awaited<ReturnType<typeof bundle>>;
const directories: string[] = [];

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => {
	built.remove();
	for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const nameOf = ({ name }: { name: string }) => name;
const SPANS = ['span 0', 'span 1', 'span 2', 'span 3', 'span 4'];

/** A backend of one process: it takes what it is sent, or hangs. */
async function backend(answers: boolean) {
	const received: string[] = [];
	const waiting: (() => void)[] = [];
	const server = createServer(async (request, response) => {
		// For a process that leaves time until all of it is there.
		if (request.url === '/sent' && received.length < SPANS.length) {
			await new Promise<void>((resolve) => waiting.push(resolve));
		}
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		if (!answers) return;
		if (chunks.length > 0) {
			const { resourceSpans = [] } = JSON.parse(Buffer.concat(chunks).toString()) as Line;
			received.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(nameOf))));
		}
		response.setHeader('content-type', 'application/json').end('{}');
		if (received.length >= SPANS.length) for (const go of waiting) go();
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const close = () => {
		server.closeAllConnections();
		server.close();
	};
	return { received, close, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

type Backend = Awaited<ReturnType<typeof backend>>;

interface Sent extends Ended, Pick<Backend, 'received' | 'endpoint'> {
	readonly directory: string;
	/** How long the process lived on once it began to end. */
	readonly ms: number;
}

interface Way {
	readonly journal?: boolean;
	/** What the backend does; `away` is none. */
	readonly state?: 'answers' | 'hangs' | 'away';
}

/** Runs the child with a backend of its own, and answers how it ended. */
async function run(how: string, { journal = true, state = 'answers' }: Way = {}): Promise<Sent> {
	const directory = temporary();
	directories.push(directory);
	const { received, endpoint, close } = await backend(state === 'answers');
	if (state === 'away') close();
	const env = { BUNDLE: built.url, DIR: directory, ENDPOINT: endpoint, JOURNAL: String(journal) };
	const ended = await runChild('sends.mjs', { args: [how], env });
	const ms = Date.now() - Number(readFileSync(join(directory, 'began'), 'utf8'));
	close();
	// Whatever becomes of the network, the files are whole.
	expect(spanNames(directory)).toEqual(expect.arrayContaining(SPANS));
	return { ...ended, received, endpoint, directory, ms };
}

/** As long as the end of a process waits for what is being sent: to a machine that pauses it is no time at all. */
const SEND_MS = 2000;

/** Of a process that can send before it ends; one that had no time for it says nothing, and another is run. */
const runInTime = (how: string) =>
	firstThat(
		({ received, ms }) => received.length > 0 || ms < SEND_MS,
		() => run(how),
	);

/** Of a process that ends before so much time is over: a pause is no wait of ours, and another is run. */
const runWithin = (most: number, how: string, way: Way) =>
	firstThat(
		({ ms }) => ms < most,
		() => run(how, way),
	);

it.concurrent.each([
	['natural', 0, null, 'beforeExit 0\nexit 0\n', ''],
	['exitCode', 4, null, '', ''],
	['unsettled', 13, null, '', 'unsettled top-level await'],
	['throw', 1, null, 'monitor thrown\n', 'Error: thrown\n    at Timeout'],
	['reject', 1, null, '', 'Error: rejected\n    at '],
	['SIGTERM', null, 'SIGTERM', '', ''],
	['SIGINT', null, 'SIGINT', '', ''],
	['SIGHUP', null, 'SIGHUP', '', ''],
] as const)(
	'a process that ends by %s sends what it has, and ends as it would have',
	async (how, code, signal, stdout, error) => {
		const ended = await runInTime(how);
		expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({ code, signal, stdout });
		if (error === '') expect(ended.stderr).toBe('');
		else expect(ended.stderr).toContain(error);
		expect(ended.stderr).not.toContain('agentese-otel:');
		expect(ended.received).toEqual(SPANS);
	},
);

describe('an error that nobody catches', () => {
	/** Without the caret: it is below the place that made the error, not below the one that threw it. */
	const printed = (stderr: string) => stderr.replace(/^\s*\^\n/m, '');
	const ours = async (how: string) => {
		const { received, endpoint, close } = await backend(true);
		const began = Date.now();
		const ended = await runChild('uncaught.mjs', { args: [how], env: { BUNDLE: built.url, ENDPOINT: endpoint } });
		close();
		return { ended, received, ms: Date.now() - began };
	};
	const both = async (how: string) => {
		const { stderr: bare } = await runChild('uncaught.mjs', { args: [how] });
		const { ended, received } = await firstThat(
			(one) => one.received.length > 0 || one.ms < SEND_MS,
			() => ours(how),
		);
		expect(ended).toMatchObject({ code: 1, signal: null, stdout: '' });
		expect(received).toEqual(SPANS);
		return [printed(ended.stderr), printed(bare)];
	};

	it.concurrent.each(['error', 'syntax', 'rejection', 'rejectedValue'])(
		'is printed as by a bare process (%s)',
		async (how) => {
			const [woven, bare] = await both(how);
			expect(woven).toBe(bare);
		},
	);

	it.concurrent('that is no Error is printed without a line of source, and not with one of ours', async () => {
		const [woven = ''] = await both('value');
		expect(woven).toMatch(/^\S*\n\n?5\n/m);
		expect(woven).not.toMatch(/agentese|ending|uncaught\.ts/);
	});
});

it.concurrent('listeners of beforeExit are called as often as without us, and what they make is sent', async () => {
	const ended = await firstThat(
		({ received, ms }) => received.length === SPANS.length + 2 || ms < SEND_MS,
		() => run('again'),
	);
	expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit 1\nbeforeExit 2\nbeforeExit 3\n', stderr: '' });
	expect(ended.received).toEqual([...SPANS, 'after the first', 'after the second']);
});

it.concurrent('others that listen to uncaught errors find themselves alone, and decide', async () => {
	const ended = await run('caught');
	expect(ended).toMatchObject({ code: 9, stdout: 'caught thrown by 1\n', stderr: '', received: SPANS });
});

it.concurrent('others that listen to a signal decide, and what they leave time for is sent', async () => {
	const ended = await run('others');
	expect(ended).toMatchObject({ code: 7, signal: null, stdout: '', stderr: '', received: SPANS });
});

const LOST = (endpoint: string, reason = '') =>
	new RegExp(
		`^agentese-otel: 5 spans(, \\d metric points?)? could not be sent before the process ended \\(otlp to ${endpoint}[^)]*\\), and are lost\\.${reason}\\n$`,
	);

it.concurrent('process.exit() leaves no time; without a journal what is lost is counted in one line', async () => {
	const ended = await run('exit', { journal: false });
	expect(ended).toMatchObject({ code: 3, signal: null, stdout: '', received: [] });
	expect(ended.stderr).toMatch(LOST(ended.endpoint));
});

describe('a backend that does not answer', () => {
	it.concurrent.each([
		['natural', 0, null],
		['exitCode', 4, null],
		['SIGTERM', null, 'SIGTERM'],
	] as const)(
		'is waited for two seconds (%s); without a journal what is lost is counted in one line',
		async (how, code, signal) => {
			// Well below the 10 seconds after which a request itself is given up.
			const [ended, kept] = await Promise.all([
				runWithin(6000, how, { journal: false, state: 'hangs' }),
				run(how, { state: 'hangs' }),
			]);
			expect(ended).toMatchObject({ code, signal });
			expect(ended.stderr).toMatch(LOST(ended.endpoint));
			expect(kept).toMatchObject({ code, signal, stderr: '' });
			expect(ended.ms).toBeGreaterThanOrEqual(SEND_MS - 10);
			expect(ended.ms).toBeLessThan(6000);
		},
	);

	it.concurrent('is not waited for when a second signal comes', async () => {
		const ended = await runWithin(SEND_MS - 500, 'twice', { journal: false, state: 'hangs' });
		expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
		expect(ended.stderr).toMatch(LOST(ended.endpoint));
		expect(ended.ms).toBeLessThan(SEND_MS - 500);
	});
});

it.concurrent('a backend that is away is one line, with the reason; without a journal what is lost is one more', async () => {
	const saysAway = ({ endpoint }: Sent) =>
		`agentese-otel: the otlp preset cannot deliver to ${endpoint}; what is made `;
	const kept = await run('natural', { state: 'away' });
	expect(kept.stderr.split('\n')).toEqual([
		expect.stringContaining(`${saysAway(kept)}is kept in ${kept.directory}/outbox `),
		'',
	]);
	const ended = await runWithin(6000, 'natural', { journal: false, state: 'away' });
	expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit 0\nexit 0\n' });
	const [first = '', second = ''] = ended.stderr.split('\n');
	expect(first).toContain(`${saysAway(ended)}waits in memory`);
	expect(`${second}\n`).toMatch(LOST(ended.endpoint, '.*'));
	expect(ended.ms).toBeLessThan(6000);
});
