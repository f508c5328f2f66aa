import { execFileSync, spawnSync } from 'node:child_process';
import {
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { quietPort } from '../../../scripts/arrives/port.mjs';

let directory: string;
let port: number;
beforeEach(async () => {
	directory = join(mkdtempSync(join(tmpdir(), 'agentese-names-')), '.agentese');
	port = await quietPort();
});
afterEach(() => rmSync(dirname(directory), { recursive: true, force: true }));

/** Runs a process in the directory, which must end by itself. */
function run(preset: string, how: 'exit' | 'natural' | 'shutdown') {
	const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_OPTIONS|JEST_)/.test(name));
	const { status, signal, stdout, stderr } = spawnSync(
		process.execPath,
		[fileURLToPath(new URL('names.child.mjs', import.meta.url))],
		{
			cwd: dirname(directory),
			env: {
				...Object.fromEntries(kept),
				...{ PRESET: preset, HOW: how, DIRECTORY: directory, ENDPOINT: `http://127.0.0.1:${port}` },
			},
			encoding: 'utf8',
			timeout: 60_000,
			killSignal: 'SIGKILL',
		},
	);
	expect({ status, signal }).toEqual({ status: 0, signal: null });
	const lines = stderr.split('\n').filter((line) => /is not used as a file of telemetry/.test(line));
	return { ...(JSON.parse(stdout) as { spans: Record<string, unknown>; megabytes: number }), lines };
}

/** The names of all kinds of files that a process looks for, in all their folders. `outbox` is that of a backend. */
function namesIn(outbox: string): string[] {
	const [owner, time] = ['1-aaaaaaaaaaaa', '20260101T000000000Z'];
	const journal = [`${time}-${owner}-0.segment`, `${owner}.owner`, `${owner}.lock`];
	return [
		...[join(outbox, 'traces'), join(outbox, 'metrics'), join(directory, 'open')].flatMap((folder) =>
			journal.map((name) => join(folder, name)),
		),
		join(outbox, 'traces', 'refused', `${time}-1-aaaaaaaaaaaa.refused`),
		...['traces', 'metrics', 'logs'].map((signal) => join(directory, signal, `${time}-1-aaaaaaaaaaaa.jsonl`)),
	];
}

const KINDS: [string, (path: string) => unknown][] = [
	['named pipes', (path) => execFileSync('mkfifo', [path])],
	['links to /dev/zero', (path) => symlinkSync('/dev/zero', path)],
	['links to a file of the system', (path) => symlinkSync('/etc/passwd', path)],
	[
		'sparse files of 1.5 GB',
		(path) => {
			writeFileSync(path, 'agentese-otel/2\n');
			truncateSync(path, 1.5 * 2 ** 30);
		},
	],
	['directories', (path) => mkdirSync(path)],
	...(process.getuid?.() === 0
		? [
				[
					'files of another user',
					(path: string) => {
						writeFileSync(path, 'agentese-otel/2\n');
						chownSync(path, 64_321, 64_321);
					},
				] as [string, (path: string) => unknown],
			]
		: []),
];

describe.each(KINDS)('%s at every name that a process looks for', (_, make) => {
	it.each([
		['otlp', 'exit'],
		['otlp', 'natural'],
		['otlp', 'shutdown'],
		['json', 'exit'],
		['json', 'natural'],
	] as const)('keep the %s preset (%s) from nothing, stay as they are, and are reported once', (preset, how) => {
		// Makes the folder of the backend.
		run('otlp', 'exit');
		const outbox = join(
			directory,
			'outbox',
			readdirSync(join(directory, 'outbox')).find((name) => name.startsWith('otlp-')) ?? '',
		);
		const names = namesIn(outbox);
		for (const path of names) {
			mkdirSync(dirname(path), { recursive: true });
			make(path);
		}
		const { spans, megabytes, lines } = run(preset, how);
		expect(spans).toMatchObject(
			preset === 'otlp' ? { created: 2, adopted: 1, onDisk: 2, dropped: 0 } : { created: 1, delivered: 1, dropped: 0 },
		);
		expect(megabytes).toBeLessThan(250);
		expect(lines).toHaveLength(1);
		for (const path of names) {
			const isLock = path.endsWith('.lock');
			if (!isLock) expect(readdirSync(dirname(path))).toContain(path.slice(dirname(path).length + 1));
		}
	});
});

it('a socket that nobody accepts at the name of a lock holds nothing up', async () => {
	run('otlp', 'exit');
	const folder = join(
		directory,
		'outbox',
		readdirSync(join(directory, 'outbox')).find((name) => name.startsWith('otlp-')) ?? '',
		'traces',
	);
	const server = createServer().listen(join(folder, '1-aaaaaaaaaaaa.lock'), 1);
	await new Promise((resolve) => server.once('listening', resolve));
	expect(run('otlp', 'shutdown').spans).toMatchObject({ created: 2, onDisk: 2 });
	await new Promise((resolve) => server.close(resolve));
});
