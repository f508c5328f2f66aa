import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { holdLock, probeLock } from '../../../../delivery/journal/files/lock.js';
import { temporary } from '../../../support/children.js';

let directory: string;
let path: string;

beforeEach(() => {
	directory = temporary();
	path = join(directory, 'one.lock');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The code of a process or thread that listens as `holdLock()` does, until it ends. */
const holder = (at: string) =>
	`require('node:net').createServer((socket) => socket.destroy()).listen(${JSON.stringify(at)}, () => console.log('held'));`;

const handles = () => process.getActiveResourcesInfo().filter((name) => /Pipe/.test(name)).length;

describe('a lock', () => {
	it('is held until it is released, and then leaves no file and no handle', async () => {
		const before = handles();
		const lock = holdLock(path);
		expect([await probeLock(path), statSync(path).mode & 0o777]).toEqual(['held', 0o600]);
		expect(await Promise.all([probeLock(path), probeLock(path)])).toEqual(['held', 'held']);
		lock?.release();
		expect([await probeLock(path), existsSync(path)]).toEqual(['unknown', false]);
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(handles()).toBe(before);
	});

	it('is held by one only', async () => {
		const lock = holdLock(path);
		expect(holdLock(path)).toBeUndefined();
		expect(await probeLock(path)).toBe('held');
		lock?.release();
	});

	it('does not exist in a folder that does not exist', async () => {
		expect([
			holdLock(join(directory, 'none', 'one.lock')),
			await probeLock(join(directory, 'none', 'one.lock')),
		]).toEqual([undefined, 'unknown']);
	});

	it('has a path of any length', async () => {
		const deep = join(directory, ...Array.from({ length: 5 }, () => 'x'.repeat(50)));
		mkdirSync(deep, { recursive: true });
		const long = join(deep, 'one.lock');
		const lock = holdLock(long);
		expect([await probeLock(long), statSync(long).isSocket()]).toEqual(['held', true]);
		lock?.release();
		expect([await probeLock(long), existsSync(long)]).toEqual(['unknown', false]);
	});

	it('is free as soon as its process was killed, and held while that is only stopped', async () => {
		const child = spawn(process.execPath, ['-e', holder(path)], { stdio: ['ignore', 'pipe', 'inherit'] });
		await once(child.stdout, 'data');
		child.kill('SIGSTOP');
		expect(await probeLock(path)).toBe('held');
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await probeLock(path)).toBe('free');
	});

	it('is free as soon as its thread has ended, although its process lives', async () => {
		const worker = new Worker(`${holder(path)} require('node:worker_threads').parentPort.postMessage('held');`, {
			eval: true,
			stdout: true,
		});
		await once(worker, 'message');
		expect(await probeLock(path)).toBe('held');
		await worker.terminate();
		expect(await probeLock(path)).not.toBe('held');
	});

	it.each<[string, () => void]>([
		['a file', () => writeFileSync(path, '')],
		['a link to a socket', () => symlinkSync('other.lock', path)],
		['missing', () => undefined],
	])('of which nothing is known is %s', async (_, make) => {
		const other = holdLock(join(directory, 'other.lock'));
		make();
		expect(await probeLock(path)).toBe('unknown');
		other?.release();
	});
});
