import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { nodeFileSystem } from '../../../../delivery/journal/files/file-system.js';
import {
	isAlive,
	LEASE_MS,
	newOwner,
	ownerFileName,
	ownerRecord,
	parseOwnerFileName,
} from '../../../../delivery/journal/lease/owner.js';
import { temporary } from '../../../support/children.js';

let directory: string;
let path: string;

beforeEach(() => {
	directory = temporary();
	path = join(directory, ownerFileName(newOwner()));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ownRecord = JSON.parse(ownerRecord()) as Record<string, unknown>;

/** Resolves to whether an owner lives whose file has those members and was touched that long ago. */
function owner(record: Record<string, unknown> | string, ageMs = 0): Promise<boolean> {
	writeFileSync(path, typeof record === 'string' ? record : JSON.stringify({ ...ownRecord, ...record }));
	const then = (Date.now() - ageMs) / 1000;
	utimesSync(path, then, then);
	return isAlive(nodeFileSystem, path, Date.now());
}

const LONG = LEASE_MS + 5000;

it('newOwner() returns a new name each time, which the name of its file contains', () => {
	const [one, other] = [newOwner(), newOwner()];
	expect(one).not.toBe(other);
	expect([
		parseOwnerFileName(ownerFileName(one)),
		parseOwnerFileName('4711.owner'),
		parseOwnerFileName(`${one}.segment`),
	]).toEqual([one, undefined, undefined]);
});

it('an owner without a file has exited', async () => {
	expect(await isAlive(nodeFileSystem, path, Date.now())).toBe(false);
});

(process.platform === 'linux' ? describe : describe.skip)('an owner whose process can be checked', () => {
	it('lives however long its file was not touched', async () => {
		expect(await owner({}, LONG)).toBe(true);
	});

	it('has exited if another process has its pid', async () => {
		expect(await owner({ began: '1' })).toBe(false);
	});

	it('has exited as soon as its process was killed, reaped or not', async () => {
		const child = spawn('sleep', ['60']);
		await once(child, 'spawn');
		const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
		const began = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
		expect(await owner({ pid: child.pid, began })).toBe(true);
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await owner({ pid: child.pid, began })).toBe(false);
	});

	it('that is a worker thread lives as long as its file is touched', async () => {
		expect([await owner({ thread: true }), await owner({ thread: true }, LONG)]).toEqual([true, false]);
	});
});

describe('an owner that cannot be checked lives as long as its file is touched:', () => {
	it.each([
		['in another pid namespace', { space: 'pid:[1]' }],
		['under another kernel', { boot: 'another' }],
		['without any information', { began: undefined, boot: undefined, host: 'elsewhere' }],
	])('%s', async (_, record) => {
		expect([await owner(record), await owner(record, LONG)]).toEqual([true, false]);
	});

	it('with an incomplete file', async () => {
		expect([await owner('{"pid"'), await owner('', LONG)]).toEqual([true, false]);
	});
});
