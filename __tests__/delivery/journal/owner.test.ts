import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { realFiles } from '../../../delivery/journal/file-system.js';
import { isAlive, LEASE_MS, newOwner, ownerFile, ownerOf, self } from '../../../delivery/journal/owner.js';
import { temporary } from '../../support/children.js';

let directory: string;
let path: string;

beforeEach(() => {
	directory = temporary();
	path = join(directory, ownerFile(newOwner()));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const mine = JSON.parse(self()) as Record<string, unknown>;

/** An owner that says so of itself, and touched its file so long ago. */
function owner(says: Record<string, unknown> | string, ageMs = 0): Promise<boolean> {
	writeFileSync(path, typeof says === 'string' ? says : JSON.stringify({ ...mine, ...says }));
	const then = (Date.now() - ageMs) / 1000;
	utimesSync(path, then, then);
	return isAlive(realFiles, path, Date.now());
}

const LONG = LEASE_MS + 5000;

it('an owner has a name of its own each time, which its file gives back', () => {
	const [one, other] = [newOwner(), newOwner()];
	expect(one).not.toBe(other);
	expect([ownerOf(ownerFile(one)), ownerOf('4711.owner'), ownerOf(`${one}.segment`)]).toEqual([
		one,
		undefined,
		undefined,
	]);
});

it('without a file is gone', async () => {
	expect(await isAlive(realFiles, path, Date.now())).toBe(false);
});

(process.platform === 'linux' ? describe : describe.skip)('where its process can be seen, an owner', () => {
	it('lives however long it said nothing', async () => {
		expect(await owner({}, LONG)).toBe(true);
	});

	it('is gone at once where another process has its number', async () => {
		expect(await owner({ began: '1' })).toBe(false);
	});

	it('is gone at once when its process was killed, collected or not', async () => {
		const child = spawn('sleep', ['60']);
		await once(child, 'spawn');
		const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
		const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
		expect(await owner({ pid: child.pid, began })).toBe(true);
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await owner({ pid: child.pid, began })).toBe(false);
	});

	it('that is a worker thread lives as long as it says so', async () => {
		expect([await owner({ thread: true }), await owner({ thread: true }, LONG)]).toEqual([true, false]);
	});
});

describe('where nothing can be seen of it, an owner lives as long as it says so:', () => {
	it.each([
		['in another space of process numbers', { space: 'pid:[1]' }],
		['under another kernel', { boot: 'another' }],
		['of which nothing is known', { began: undefined, boot: undefined, host: 'elsewhere' }],
	])('%s', async (_, says) => {
		expect([await owner(says), await owner(says, LONG)]).toEqual([true, false]);
	});

	it('with a file that was torn', async () => {
		expect([await owner('{"pid"'), await owner('', LONG)]).toEqual([true, false]);
	});
});
