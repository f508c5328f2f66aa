import { pbkdf2 } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LineFile } from '../../../presets/json/line-file.js';
import { temporary } from '../../support/children.js';

const derive = promisify(pbkdf2);

let parent: string;
let root: string;

beforeEach(() => {
	parent = temporary();
	root = join(parent, 'telemetry');
});
afterEach(() => rmSync(parent, { recursive: true }));

const lines = (text: string) => Buffer.from(text);
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
const read = (file: LineFile) => file.paths.map((path) => readFileSync(path, 'utf8'));

describe('LineFile', () => {
	it('creates nothing before the first line, then files for their owner only, and keeps them out of git', async () => {
		const file = new LineFile(root, 'traces', () => undefined);
		expect(readdirSync(parent)).toEqual([]);
		await file.append(lines('a\n'));
		const [path = ''] = file.paths;
		expect([mode(root), mode(join(root, 'traces')), mode(path)]).toEqual(['700', '700', '600']);
		expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('*\n');
		await file.close();
	});

	it('keeps only its own folder out of git in a directory that holds something else', async () => {
		mkdirSync(root);
		writeFileSync(join(root, 'work.txt'), 'mine');
		const file = new LineFile(root, 'traces', () => undefined);
		await file.append(lines('a\n'));
		expect(readdirSync(root).sort()).toEqual(['traces', 'work.txt']);
		expect(readFileSync(join(root, 'traces', '.gitignore'), 'utf8')).toBe('*\n');
		await file.close();
	});

	it('writes the chunk that is being written once more at its offset, and what follows behind it', async () => {
		const file = new LineFile(root, 'traces', () => undefined);
		const big = `${'x'.repeat(5e6)}\n`;
		// These occupy the four threads of the thread pool, so that the chunk is not written yet.
		const busy = Array.from({ length: 4 }, () => derive('p', 's', 300_000, 64, 'sha512'));
		const writing = file.append(lines(big));
		file.settleSync();
		file.appendSync(lines('after\n'));
		expect(read(file)).toEqual([`${big}after\n`]);
		await Promise.all([writing, ...busy]);
		await file.append(lines('later\n'));
		expect(read(file)).toEqual([`${big}after\nlater\n`]);
		await file.close();
	});

	it('replaces a full file by a new one, even while it is being written, and calls onRotate', async () => {
		let rotations = 0;
		const file = new LineFile(
			root,
			'traces',
			() => {
				rotations += 1;
			},
			10,
		);
		await file.append(lines('123456\n'));
		const writing = file.append(lines('abcdef\n'));
		file.settleSync();
		file.appendSync(lines('ABCDEF\n'));
		await writing;
		await file.sync();
		expect(read(file)).toEqual(['123456\n', 'abcdef\n', 'ABCDEF\n']);
		expect(rotations).toBe(2);
		await file.close();
	});

	it('continues in a new file if the directory is removed', async () => {
		const file = new LineFile(root, 'traces', () => undefined);
		await file.append(lines('lost\n'));
		rmSync(root, { recursive: true });
		await file.append(lines('here\n'));
		await file.close();
		const names = readdirSync(join(root, 'traces'));
		expect(names.map((name) => readFileSync(join(root, 'traces', name), 'utf8'))).toEqual(['here\n']);
	});

	it('rejects with the error of the file system if it cannot write, and can be tried again', async () => {
		writeFileSync(root, 'a file where the directory should be');
		const file = new LineFile(root, 'traces', () => undefined);
		await expect(file.append(lines('a\n'))).rejects.toMatchObject({ code: expect.stringMatching(/ENOTDIR|EEXIST/) });
		expect(() => file.appendSync(lines('a\n'))).toThrow(/ENOTDIR|EEXIST/);
		rmSync(root);
		await file.append(lines('a\n'));
		expect(read(file)).toEqual(['a\n']);
		await file.close();
	});
});
