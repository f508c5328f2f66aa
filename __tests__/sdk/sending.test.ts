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

/** A backend for one process: it accepts what it receives, or never responds. */
async function backend(responds: boolean) {
	const received: string[] = [];
	const waiting: (() => void)[] = [];
	const server = createServer(async (request, response) => {
		// The child requests /sent to wait until all spans have arrived.
		if (request.url === '/sent' && received.length < SPANS.length) {
			await new Promise<void>((resolve) => waiting.push(resolve));
		}
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		if (!responds) return;
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
	/** How long the process ran after its end began, in ms. */
	readonly ms: number;
}

interface Conditions {
	readonly journal?: boolean;
	/** What the backend does; `unreachable` means that there is none. */
	readonly state?: 'responds' | 'hangs' | 'unreachable';
	/** The value of `delivery.endTimeout`. @default the default of the config */
	readonly endTimeout?: string;
}

/** Runs the child with its own backend, and returns how it ended. */
async function run(
	how: string,
	{ journal = true, state = 'responds', endTimeout = '' }: Conditions = {},
): Promise<Sent> {
	const directory = temporary();
	directories.push(directory);
	const { received, endpoint, close } = await backend(state === 'responds');
	if (state === 'unreachable') close();
	const env = {
		BUNDLE: built.url,
		DIR: directory,
		ENDPOINT: endpoint,
		JOURNAL: String(journal),
		END_TIMEOUT: endTimeout,
	};
	const ended = await runChild('sends.mjs', { args: [how], env });
	const ms = Date.now() - Number(readFileSync(join(directory, 'began'), 'utf8'));
	close();
	// The files are complete whatever the network does.
	expect(spanNames(directory)).toEqual(expect.arrayContaining(SPANS));
	return { ...ended, received, endpoint, directory, ms };
}

/** The time for which the end of a process waits for sending, in ms. A pause of the machine can use it up. */
const SEND_MS = 2000;

/** Runs a process that can send before it ends. One that a pause left no time for that is run again. */
const runInTime = (how: string) =>
	firstThat(
		({ received, ms }) => received.length > 0 || ms < SEND_MS,
		() => run(how),
	);

/** Runs a process that ends within `most` ms. One that a pause of the machine delayed is run again. */
const runWithin = (most: number, how: string, conditions: Conditions) =>
	firstThat(
		({ ms }) => ms < most,
		() => run(how, conditions),
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
	'a process that ends by %s sends what it has, and ends as it would without the toolkit',
	async (how, code, signal, stdout, error) => {
		const ended = await runInTime(how);
		expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({ code, signal, stdout });
		if (error === '') expect(ended.stderr).toBe('');
		else expect(ended.stderr).toContain(error);
		expect(ended.stderr).not.toContain('agentese-otel:');
		expect(ended.received).toEqual(SPANS);
	},
);

describe('an uncaught error', () => {
	/** Without the caret, which Node prints below the line that created the error, not below the one that threw it. */
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

	it.concurrent('that is no Error is printed without a line of source, also without one of the toolkit', async () => {
		const [woven = ''] = await both('value');
		expect(woven).toMatch(/^\S*\n\n?5\n/m);
		expect(woven).not.toMatch(/agentese|ending|uncaught\.ts/);
	});
});

it.concurrent('listeners of beforeExit are called as often as without the toolkit, and what they record is sent', async () => {
	const ended = await firstThat(
		({ received, ms }) => received.length === SPANS.length + 2 || ms < SEND_MS,
		() => run('again'),
	);
	expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit 1\nbeforeExit 2\nbeforeExit 3\n', stderr: '' });
	expect(ended.received).toEqual([...SPANS, 'after the first', 'after the second']);
});

it.concurrent('another listener to uncaught errors is the only one it finds, and decides', async () => {
	const ended = await run('caught');
	expect(ended).toMatchObject({ code: 9, stdout: 'caught thrown by 1\n', stderr: '', received: SPANS });
});

it.concurrent('another listener to a signal decides, and what it leaves time for is sent', async () => {
	const ended = await run('others');
	expect(ended).toMatchObject({ code: 7, signal: null, stdout: '', stderr: '', received: SPANS });
});

const LOST = (endpoint: string, reason = '') =>
	new RegExp(
		`^agentese-otel: 5 spans(, \\d metric points?)? could not be sent before the process ended \\(otlp to ${endpoint}[^)]*\\), and are lost\\.${reason}\\n$`,
	);

it.concurrent('process.exit() leaves no time to send; without a journal, one line counts the loss', async () => {
	const ended = await run('exit', { journal: false });
	expect(ended).toMatchObject({ code: 3, signal: null, stdout: '', received: [] });
	expect(ended.stderr).toMatch(LOST(ended.endpoint));
});

describe('a backend that does not respond', () => {
	it.concurrent.each([
		['natural', 0, null],
		['exitCode', 4, null],
		['SIGTERM', null, 'SIGTERM'],
	] as const)(
		'is waited for two seconds (%s); without a journal, one line counts the loss',
		async (how, code, signal) => {
			// Well below the 10 seconds after which a request itself times out.
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

	it.concurrent.each([
		['natural', '400ms', 400, SEND_MS - 300],
		['SIGTERM', '3s', 3000, 6000],
	] as const)('is waited for as long as delivery.endTimeout sets (%s, %s)', async (how, endTimeout, least, most) => {
		const ended = await runWithin(most, how, { journal: false, state: 'hangs', endTimeout });
		expect(ended.stderr).toMatch(LOST(ended.endpoint));
		expect(ended.ms).toBeGreaterThanOrEqual(least - 10);
		expect(ended.ms).toBeLessThan(most);
	});

	it.concurrent('is not waited for when a second signal comes', async () => {
		const ended = await runWithin(SEND_MS - 500, 'twice', { journal: false, state: 'hangs' });
		expect(ended).toMatchObject({ code: null, signal: 'SIGTERM' });
		expect(ended.stderr).toMatch(LOST(ended.endpoint));
		expect(ended.ms).toBeLessThan(SEND_MS - 500);
	});
});

it.concurrent('an unreachable backend is reported in one line with the reason; without a journal, one more line counts the loss', async () => {
	const unreachable = ({ endpoint }: Sent) =>
		`agentese-otel: the otlp preset cannot deliver to ${endpoint}; telemetry `;
	const kept = await run('natural', { state: 'unreachable' });
	expect(kept.stderr.split('\n')).toEqual([
		expect.stringContaining(`${unreachable(kept)}is kept in ${kept.directory}/outbox `),
		'',
	]);
	const ended = await runWithin(6000, 'natural', { journal: false, state: 'unreachable' });
	expect(ended).toMatchObject({ code: 0, stdout: 'beforeExit 0\nexit 0\n' });
	const [first = '', second = ''] = ended.stderr.split('\n');
	expect(first).toContain(`${unreachable(ended)}waits in memory`);
	expect(`${second}\n`).toMatch(LOST(ended.endpoint, '.*'));
	expect(ended.ms).toBeLessThan(6000);
});
