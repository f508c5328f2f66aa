import { execFileSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { quietPort } from '../../../scripts/arrives/port.mjs';
import { type Backend, httpBackend, spanNamesIn } from '../../support/otlp-servers.js';
import { type Application, type Settings, startApplication } from '../support/application.js';

const ROOT = process.getuid?.() === 0;
const DAY = 864e5;

let folder: string;
let outbox: string;
let port: number;
let backends: Backend[];
let running: Application[];

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'agentese-faults-'));
	// The folder must be accessible to a user who is not root.
	chmodSync(folder, 0o755);
	outbox = join(folder, 'outbox');
	port = await quietPort();
	backends = [];
	running = [];
});
afterEach(async () => {
	for (const one of running) await one.kill();
	for (const one of backends) await one.close();
	rmSync(folder, { recursive: true, force: true });
});

function start(settings: Partial<Settings> = {}): Application {
	const one = startApplication({ endpoint: `http://127.0.0.1:${port}`, outbox, ...settings });
	running.push(one);
	return one;
}

/** Starts the backend. */
async function open(): Promise<Backend> {
	const one = await httpBackend(undefined, undefined, port);
	backends.push(one);
	return one;
}

const names = () =>
	backends.flatMap(({ got }) => got.flatMap(({ path, body }) => (path === '/v1/traces' ? spanNamesIn(body) : [])));

const wanted = (count: number, prefix = 'span') =>
	Array.from({ length: count }, (_, index) => `${prefix} ${index}`).sort();

const segments = () =>
	readdirSync(outbox, { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.segment'))
		.map((name) => join(outbox, name));

/** Returns the toolkit's messages on stderr, except those about the outage of the backend. */
const messagesOf = (one: Application) =>
	one.messages().filter((line) => !/cannot deliver to|delivers to .* again/.test(line));

/** Mounts a file system of the given size on the outbox, or returns undefined if nothing can be mounted here. */
function small(kilobytes: number): { resize(kilobytes: number): void; remove(): void } | undefined {
	const options = (size: number) => `size=${size}k,mode=0700`;
	mkdirSync(outbox);
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', options(kilobytes), 'tmpfs', outbox], { stdio: 'pipe' });
	} catch (error) {
		process.stdout.write(`SKIPPED: a full disk, since nothing can be mounted here: ${error}\n`);
		return undefined;
	}
	return {
		resize: (size) => execFileSync('mount', ['-o', `remount,${options(size)}`, outbox]),
		// Lazily, because the application may still have a file open.
		remove: () => execFileSync('umount', ['-l', outbox]),
	};
}

describe('a full disk', () => {
	it('leaves records in memory, from where they are sent, and is used again when there is space', async () => {
		const disk = small(256);
		if (disk === undefined) return expect(ROOT && process.env['CI'] === 'true').toBe(false);
		try {
			const one = start();
			await one.tell('make', { count: 5 });
			await one.until(({ onDisk }) => onDisk === 5);
			await one.tell('make', { count: 50, bytes: 20_000 });
			await one.until(() => messagesOf(one).length > 0);
			// Each flush tries again, but the failure is reported once.
			for (let i = 0; i < 5; i++) {
				await one.tell('make', { count: 1, bytes: 20_000 });
				await one.tell('flush');
			}
			const full = await one.tell('stats');
			expect(full).toMatchObject({ created: 60, delivered: 0, dropped: 0 });
			expect(full.queued).toBeGreaterThan(40);
			expect(messagesOf(one)).toEqual([
				expect.stringMatching(/the journal cannot be written; what is made waits in memory.*ENOSPC/),
			]);

			// The disk is still full.
			const first = await open();
			await one.until(({ delivered }) => delivered === 60, 'flush');
			await first.close();

			disk.resize(8192);
			await one.tell('make', { count: 10 });
			// After each failure the pause before the next attempt is longer.
			await one.until(({ onDisk, queued }) => onDisk === 10 && queued === 0);
			await open();
			await one.until(({ delivered, created }) => delivered === created, 'flush');
			const { code, spans } = await one.end();
			expect(code).toBe(0);
			expect(spans).toMatchObject({ delivered: spans.created, queued: 0, onDisk: 0, dropped: 0 });
			expect(names().sort()).toEqual(wanted(spans.created));
			expect([messagesOf(one).length, segments()]).toEqual([1, []]);
		} finally {
			disk.remove();
		}
	});
});

it('a directory without write permission causes no loss, and is used as soon as it is writable', async () => {
	mkdirSync(outbox);
	const one = start();
	await one.tell('stats');
	if (ROOT) {
		const [uid, gid] = ['-u', '-g'].map((what) => Number(execFileSync('id', [what, 'nobody'])));
		if (uid === undefined || gid === undefined) throw new Error('There is no user nobody.');
		chownSync(outbox, uid, gid);
		await one.tell('user', { uid, gid });
	}
	chmodSync(outbox, 0o500);
	await one.tell('make', { count: 10 });
	for (let i = 0; i < 3; i++) await one.tell('flush');
	expect(await one.tell('stats')).toMatchObject({ created: 10, queued: 10, onDisk: 0, dropped: 0 });
	expect(messagesOf(one)).toEqual([expect.stringMatching(/the journal cannot be written.*EACCES/)]);
	chmodSync(outbox, 0o700);
	// Without a new span and without a flush.
	await one.until(({ onDisk, queued }) => onDisk === 10 && queued === 0);
	await open();
	await one.until(({ delivered, created }) => delivered === created, 'flush');
	const { code, spans } = await one.end();
	expect([code, spans.dropped, messagesOf(one).length]).toEqual([0, 0, 1]);
	expect(names().sort()).toEqual(wanted(spans.created));
});

it('removing the directory loses only records that were not in memory too, which are counted and reported', async () => {
	const one = start();
	await one.tell('make', { count: 200, bytes: 100_000 });
	await one.until(({ onDisk }) => onDisk === 200);
	rmSync(outbox, { recursive: true });
	await one.tell('make', { count: 10 });
	await one.until(({ onDisk }) => onDisk === 210);
	await open();
	await one.until(({ onDisk, queued }) => onDisk + queued === 0, 'flush');
	const { code, spans } = await one.end();
	expect(code).toBe(0);
	expect(spans).toMatchObject({ created: 210, droppedBy: { unreadable: spans.dropped } });
	expect(new Set(names()).size).toBe(spans.delivered);
	expect(names()).toEqual(expect.arrayContaining(Array.from({ length: 10 }, (_, index) => `span ${200 + index}`)));
	expect(spans.dropped).toBeGreaterThan(0);
	expect(spans.dropped).toBeLessThan(200);
	expect(messagesOf(one)).toEqual([expect.stringMatching(/what waited on disk to be sent was removed .*ENOENT/)]);
});

it.each([
	['back by an hour', -36e5],
	['back by a year', -365 * DAY],
	['forward by an hour', 36e5],
])('a clock that steps %s changes nothing', async (_, ms) => {
	const one = start();
	await one.tell('make', { count: 10 });
	await one.until(({ onDisk }) => onDisk === 10);
	await one.tell('clock', { ms });
	await one.tell('make', { count: 10 });
	await one.until(({ onDisk }) => onDisk === 20);
	await open();
	// Without a flush.
	await one.until(({ delivered }) => delivered === 20);
	await one.tell('make', { count: 10 });
	await one.until(({ delivered }) => delivered === 30);
	await one.tell('clock', { ms: 0 });
	await one.tell('make', { count: 10 });
	await one.until(({ delivered }) => delivered === 40);
	const { code, spans } = await one.end();
	expect([code, spans.dropped, names().sort(), messagesOf(one), segments()]).toEqual([0, 0, wanted(40), [], []]);
});

it('two processes in one directory do not interfere, and each sends its own records once', async () => {
	const both = [start(), start()];
	await Promise.all(
		both.map(async (one, index) => {
			for (let i = 0; i < 10; i++) {
				await one.tell('make', { count: 100, prefix: `${index}` });
				await one.until(({ onDisk, created }) => onDisk === created);
			}
		}),
	);
	expect(segments()).toHaveLength(2);
	await open();
	for (const one of both) {
		await one.until(({ delivered }) => delivered === 1000, 'flush');
		expect(await one.end()).toMatchObject({
			code: 0,
			spans: { created: 1000, delivered: 1000, adopted: 0, dropped: 0 },
		});
		expect(messagesOf(one)).toEqual([]);
	}
	expect(names().sort()).toEqual([...wanted(1000, '0'), ...wanted(1000, '1')].sort());
});

it.each(['1', '3'])(
	'a segment of version %s of the journal is reported once and left unchanged, and that version sends all of it',
	async (version) => {
		const before = start();
		await before.tell('make', { count: 10, prefix: 'other' });
		await before.until(({ onDisk }) => onDisk === 10);
		await before.kill();
		const [path = ''] = segments();
		const bytes = readFileSync(path);
		const other = Buffer.from(
			bytes.toString('latin1').replace(/^agentese-otel\/2\n/, `agentese-otel/${version}\n`),
			'latin1',
		);
		expect(other.equals(bytes)).toBe(false);
		writeFileSync(path, other);

		await open();
		const one = start();
		await one.tell('make', { count: 5 });
		await one.until(({ delivered }) => delivered === 5);
		expect(await one.end()).toMatchObject({ code: 0, spans: { created: 5, adopted: 0, dropped: 0 } });
		expect(messagesOf(one)).toEqual([
			expect.stringContaining(`is of another version of the journal, ${version}; it is left as it is`),
		]);
		expect([segments(), readFileSync(path).equals(other), names()]).toEqual([[path], true, wanted(5)]);

		writeFileSync(path, bytes);
		const heir = start();
		await heir.until(({ delivered }) => delivered === 10, 'flush');
		expect(await heir.end()).toMatchObject({ code: 0, spans: { created: 10, adopted: 10 } });
		expect([segments(), messagesOf(heir)]).toEqual([[], []]);
		expect(names().sort()).toEqual([...wanted(10, 'other'), ...wanted(5)].sort());
	},
);
