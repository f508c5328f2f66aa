import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle, type Ended, lastMetrics, runChild, spanNames, temporary } from '../../support/children.js';

let built: Awaited<ReturnType<typeof bundle>>;
const directories: string[] = [];

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => {
	built.remove();
	for (const directory of directories) rmSync(directory, { recursive: true });
});

async function end(how: string, listeners = '', env = {}): Promise<Ended & { directory: string }> {
	const directory = temporary();
	directories.push(directory);
	const ended = await runChild('ends.mjs', {
		args: [how, listeners],
		env: { BUNDLE: built.url, DIR: directory, ...env },
	});
	return { ...ended, directory };
}

const SPANS = ['span 0', 'span 1', 'span 2', 'span 3', 'span 4'];
const METRICS = { calls: [10], duration: [{ count: 5, sum: 100 }], heat: [36], late: [4], both: [11] };

it.concurrent.each([
	['natural', 0, null, ''],
	['exit', 3, null, ''],
	['exitCode', 4, null, ''],
	['throw', 1, null, 'Error: thrown'],
	['reject', 1, null, 'Error: rejected'],
	['SIGTERM', null, 'SIGTERM', ''],
	['SIGINT', null, 'SIGINT', ''],
	['SIGHUP', null, 'SIGHUP', ''],
	['SIGQUIT', null, 'SIGQUIT', ''],
] as const)('a process that ends by %s loses nothing, and ends as it would have', async (how, code, signal, error) => {
	const ended = await end(how);
	expect({ code: ended.code, signal: ended.signal, stdout: ended.stdout }).toEqual({ code, signal, stdout: '' });
	if (error === '') expect(ended.stderr).toBe('');
	else expect(ended.stderr).toContain(error);
	expect(spanNames(ended.directory)).toEqual(SPANS);
	expect(lastMetrics(ended.directory)).toEqual(METRICS);
});

describe('other listeners', () => {
	it.concurrent('of exit and beforeExit are called once', async () => {
		const ended = await end('natural', 'beforeExit,exit');
		expect(ended.stdout).toBe('beforeExit 0\nexit 0\n');
		expect(spanNames(ended.directory)).toEqual(SPANS);
	});

	it.concurrent('of a signal decide whether the process ends', async () => {
		const ended = await end('SIGTERM', 'SIGTERM,exit');
		expect(ended).toMatchObject({ code: 7, signal: null, stdout: 'SIGTERM SIGTERM\nexit 7\n', stderr: '' });
		expect(spanNames(ended.directory)).toEqual(SPANS);
		// The process went on for long enough for the callback that awaits.
		expect(lastMetrics(ended.directory)).toEqual({ ...METRICS, late: [4, 5] });
	});

	it.concurrent('of a first signal leave the second one to the toolkit', async () => {
		const ended = await end('secondSignal');
		expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'not yet\n', stderr: '' });
		expect(spanNames(ended.directory)).toEqual([...SPANS, 'after the first']);
	});

	it.concurrent('of uncaught errors keep the process alive as they would have', async () => {
		const ended = await end('throw', 'uncaughtException');
		expect(ended).toMatchObject({ code: 0, signal: null, stdout: 'uncaughtException thrown\n', stderr: '' });
		expect(spanNames(ended.directory)).toEqual(SPANS);
	});

	it.concurrent('that count the listeners of a signal, as signal-exit does, find only their own', async () => {
		const directory = temporary();
		directories.push(directory);
		const ended = await runChild('signal-exit.mjs', { env: { BUNDLE: built.url, DIR: directory } });
		expect(ended).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'listeners 1\n', stderr: '' });
		expect(spanNames(directory)).toEqual(['one']);
	});
});

describe('a burst', () => {
	it.concurrent('of 20,000 spans in one turn, ended by process.exit(), is written completely and once', async () => {
		const ended = await end('burst');
		expect(ended.code).toBe(3);
		const names = spanNames(ended.directory);
		expect(names.length).toBe(20_000);
		expect(new Set(names).size).toBe(20_000);
	});

	it.concurrent.each([1, 3, 9])(
		'that is being written when the process exits (turn %i) has no incomplete and no duplicate line',
		async (turns) => {
			const ended = await end('running', '', { TURNS: String(turns) });
			const names = spanNames(ended.directory);
			expect(names).toEqual(Array.from({ length: 6000 }, (_, index) => `span ${index}`));
		},
	);
});

it.concurrent('a span that ends in a later listener of exit is written', async () => {
	const ended = await end('late');
	expect(spanNames(ended.directory)).toEqual([...SPANS, 'at the very end']);
});
