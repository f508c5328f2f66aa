import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFolder } from '../../../../delivery/journal/files/make-folder.js';
import { temporary } from '../../../support/children.js';

let root: string;
beforeEach(() => {
	root = temporary();
});
afterEach(() => rmSync(root, { recursive: true }));

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('makeFolder', () => {
	it('creates a folder and those above it, for their owner only', () => {
		makeFolder(join(root, 'a/b/c'));
		expect(['a', 'a/b', 'a/b/c'].map((path) => mode(join(root, path)))).toEqual(['700', '700', '700']);
	});

	it('leaves a folder that exists, and a link to one, as it is', () => {
		mkdirSync(join(root, 'present'));
		chmodSync(join(root, 'present'), 0o755);
		symlinkSync(join(root, 'present'), join(root, 'link'));
		makeFolder(join(root, 'present'));
		makeFolder(join(root, 'link'));
		makeFolder(join(root, 'link/inner'));
		expect([mode(join(root, 'present')), readdirSync(join(root, 'present'))]).toEqual(['755', ['inner']]);
	});

	it('throws the error of the file system for a file in the way and for a link to nothing', () => {
		writeFileSync(join(root, 'file'), '');
		symlinkSync(join(root, 'nowhere'), join(root, 'link'));
		expect(() => makeFolder(join(root, 'file'))).toThrow(/^EEXIST: .*file'$/);
		expect(() => makeFolder(join(root, 'file/inner'))).toThrow(/^ENOTDIR: .*inner'$/);
		expect(() => makeFolder(join(root, 'link/inner'))).toThrow(/^(EEXIST|ENOENT): /);
		expect(readdirSync(root).sort()).toEqual(['file', 'link']);
	});

	// In a child process, because Node's recursive mkdir would never return.
	it('throws if the file system reports ENOENT although the parent exists', () => {
		const url = new URL('../../../../delivery/journal/files/make-folder.ts', import.meta.url);
		const code = `const { makeFolder } = await import('${url}'); try { makeFolder('/proc/self/none/inner') } catch { console.log('threw') }`;
		const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
			encoding: 'utf8',
			timeout: 60_000,
			killSignal: 'SIGKILL',
		});
		expect([stdout, signal]).toEqual(['threw\n', null]);
	});
});
