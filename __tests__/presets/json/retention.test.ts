import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownFiles } from '../../../presets/json/directory.js';
import { newFileName, writerPidOf } from '../../../presets/json/file-names.js';
import { prune } from '../../../presets/json/retention.js';
import { temporary } from '../../support/children.js';

const DEAD = spawnSync(process.execPath, ['-e', '']).pid;
const DAY = 864e5;
let root: string;

beforeEach(() => {
	root = temporary();
	mkdirSync(join(root, 'traces'));
	mkdirSync(join(root, 'metrics'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Creates a file of 1,000 bytes that is that many days old. */
function file(folder: string, days: number, pid = DEAD): string {
	const when = new Date(Date.now() - days * DAY);
	const name = newFileName(when).replace(`-${process.pid}-`, `-${pid}-`);
	const path = join(root, folder, name);
	writeFileSync(path, 'x'.repeat(1000));
	utimesSync(path, when, when);
	return path;
}

const existing = (...paths: string[]) => paths.map((path) => existsSync(path));

describe('prune()', () => {
	it('removes what is older than maxAge', async () => {
		const [old, young] = [file('traces', 8), file('traces', 6)];
		await prune(root, { maxBytes: 1e6, maxAge: 7 * DAY });
		expect(existing(old, young)).toEqual([false, true]);
	});

	it('removes the oldest files of all signals until the rest is within maxBytes', async () => {
		const [a, b, c, d] = [file('traces', 4), file('metrics', 3), file('traces', 2), file('metrics', 1)];
		await prune(root, { maxBytes: 2500, maxAge: 7 * DAY });
		expect(existing(a, b, c, d)).toEqual([false, false, true, true]);
	});

	it('leaves the files of a living process, whatever their size', async () => {
		const paths = [file('traces', 8, process.ppid), file('traces', 1)];
		await prune(root, { maxBytes: 500, maxAge: 7 * DAY });
		expect(existing(...paths)).toEqual([true, false]);
	});

	it('leaves files that the json preset does not name', async () => {
		const names = [
			'notes.jsonl',
			'20200101T000000000Z-1.jsonl',
			'20200101T000000000Z-1-abc.jsonl',
			'x-1-0123456789ab.jsonl',
		];
		for (const name of names) {
			writeFileSync(join(root, 'traces', name), 'x'.repeat(1000));
			utimesSync(join(root, 'traces', name), 0, 0);
		}
		await prune(root, { maxBytes: 1, maxAge: 1 });
		expect(readdirSync(join(root, 'traces')).sort()).toEqual([...names].sort());
	});

	it('distinguishes its own files from those of an earlier process with the same pid', async () => {
		const [former, closed, open] = [
			file('traces', 8, process.pid),
			file('traces', 8, process.pid),
			file('traces', 8, process.pid),
		];
		const otherThread = file('traces', 0, process.pid);
		ownFiles.closed.add(closed);
		ownFiles.open.add(open);
		await prune(root, { maxBytes: 1, maxAge: DAY });
		expect(existing(former, closed, open, otherThread)).toEqual([false, false, true, true]);
		expect(ownFiles.closed.has(closed)).toBe(false);
		ownFiles.open.delete(open);
	});

	it('does nothing if the directory does not exist', async () => {
		await expect(prune(join(root, 'absent'), { maxBytes: 1, maxAge: 1 })).resolves.toBeUndefined();
	});
});

describe('names', () => {
	it('are <time>-<pid>-<random>.jsonl, and each is different', () => {
		const now = new Date('2026-11-22T19:31:59.123Z');
		expect(newFileName(now)).toMatch(new RegExp(`^20261122T193159123Z-${process.pid}-[0-9a-f]{12}\\.jsonl$`));
		expect(new Set(Array.from({ length: 1000 }, () => newFileName(now))).size).toBe(1000);
		expect(writerPidOf(newFileName(now))).toBe(process.pid);
	});
});
