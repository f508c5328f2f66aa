import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { filesIn, removeExpired } from '../../../delivery/common/retention.js';
import { problemCounts } from '../../../lib/runtime/log-once.js';
import { temporary } from '../../support/children.js';
import { captureLogs } from '../../support/providers.js';

const DAY = 864e5;
const NOW = Date.UTC(2027, 0, 10);

let directory: string;
let logged: string[];
beforeEach(() => {
	directory = temporary();
	logged = captureLogs();
});
afterEach(() => {
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

function write(name: string, size: number, time: number): void {
	writeFileSync(join(directory, name), Buffer.alloc(size));
	utimesSync(join(directory, name), time / 1000, time / 1000);
}

async function removed(bounds: { maxBytes?: number; maxAge?: number }, mayRemove = (_: string) => true) {
	const files = await filesIn(directory, (name) => name !== 'foreign');
	const paths = await removeExpired(
		files,
		{ maxBytes: 1e9, maxAge: 1e12, ...bounds },
		({ name }) => mayRemove(name),
		NOW,
	);
	return paths.map((path) => basename(path));
}

it('removes files that are older than maxAge, and the oldest until the rest has at most maxBytes', async () => {
	write('1', 10, NOW - 3 * DAY);
	write('2', 10, NOW - DAY);
	write('3', 10, NOW);
	write('foreign', 10, NOW - 99 * DAY);
	expect(await removed({ maxAge: 3 * DAY, maxBytes: 30 })).toEqual([]);
	expect(await removed({ maxAge: 3 * DAY - 1 })).toEqual(['1']);
	expect(await removed({ maxBytes: 19 }, (name) => name !== '2')).toEqual(['3']);
	expect(await removed({ maxBytes: 0 })).toEqual(['2']);
});

it('does not count or remove what is no regular file of this user, and reports it once', async () => {
	const sparse = join(directory, '1');
	writeFileSync(sparse, '');
	truncateSync(sparse, 2 ** 30 + 1);
	symlinkSync('/dev/zero', join(directory, '2'));
	execFileSync('mkfifo', [join(directory, '3')]);
	mkdirSync(join(directory, '4'));
	write('5', 10, NOW);
	expect(await removed({ maxBytes: 100, maxAge: 1 })).toEqual([]);
	expect(logged).toEqual([expect.stringContaining('is not used as a file of telemetry, since it')]);
	expect(problemCounts().get('delivery/untrusted')).toBeGreaterThanOrEqual(4);
});

it('counts the age of a file from now on if it was written while the clock was not set', async () => {
	write('1', 10, Date.UTC(2020, 0));
	write('2', 10, NOW - 10 * DAY);
	expect(await removed({ maxAge: 7 * DAY })).toEqual(['2']);
	expect(statSync(join(directory, '1')).mtimeMs).toBe(NOW);
	write('1', 10, 0);
	expect(await removed({ maxBytes: 5 })).toEqual(['1']);
});

it('holds nothing in a folder that does not exist', async () => {
	expect(await filesIn(join(directory, 'none'), () => true)).toEqual([]);
});
