import { execFileSync } from 'node:child_process';
import {
	chownSync,
	closeSync,
	constants,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { distrust, isOwnUid, learnUid, openTrustedSync } from '../../../delivery/common/trusted-file.js';
import { temporary } from '../../support/children.js';

let directory: string;
let path: string;
beforeEach(() => {
	directory = temporary();
	path = join(directory, 'name');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ROOT = process.getuid?.() === 0;
const asRoot = ROOT ? it : it.skip;

/** Makes each kind of name that is no regular file of this user, and the reason for which it is not used. */
const NAMES: [string, () => unknown, string][] = [
	['a link to a file', () => symlinkSync('/etc/passwd', path), 'is a symbolic link'],
	['a link to /dev/zero', () => symlinkSync('/dev/zero', path), 'is a symbolic link'],
	['a link to nothing', () => symlinkSync('nowhere', path), 'is a symbolic link'],
	['a directory', () => mkdirSync(path), 'is a directory'],
	['a named pipe', () => execFileSync('mkfifo', [path]), 'is a named pipe'],
	[
		'a sparse file of more than 1 GiB',
		() => {
			writeFileSync(path, '');
			truncateSync(path, 2 ** 30 + 1);
		},
		'has 1073741825 bytes, more than the 1073741824 that it may have',
	],
];

describe('a name that is', () => {
	it.each(NAMES)('%s is not opened', (_, make, reason) => {
		make();
		const descriptors = readdirSync('/proc/self/fd').length;
		expect(distrust(lstatSync(path))).toBe(reason);
		for (const flags of [constants.O_RDONLY, constants.O_RDWR]) {
			expect(() => openTrustedSync(path, flags)).toThrow(
				expect.objectContaining({ message: reason, name: 'UntrustedFileError' }),
			);
		}
		expect(readdirSync('/proc/self/fd')).toHaveLength(descriptors);
	});

	it('a socket is not opened', async () => {
		const server = createServer().listen(path);
		await new Promise((resolve) => server.once('listening', resolve));
		expect(distrust(lstatSync(path))).toBe('is a socket');
		await new Promise((resolve) => server.close(resolve));
	});

	it('a device is not opened', () => {
		expect(() => openTrustedSync('/dev/null', constants.O_RDWR)).toThrow('is a device');
	});

	asRoot('a file of another user is not opened, until a file of this process is found to belong to that one', () => {
		writeFileSync(path, 'x');
		chownSync(path, 64321, 64321);
		expect(() => openTrustedSync(path, constants.O_RDWR)).toThrow('belongs to the user 64321');
		expect(isOwnUid(64321)).toBe(false);
		const fd = openSync(path, 'r');
		learnUid(fd);
		closeSync(fd);
		expect(isOwnUid(64321)).toBe(true);
		closeSync(openTrustedSync(path, constants.O_RDWR));
	});

	it('missing gives the error of the file system', () => {
		expect(() => openTrustedSync(path, constants.O_RDONLY)).toThrow(/^ENOENT/);
	});

	it('a regular file is opened, also one with a second name, up to its bound', () => {
		writeFileSync(path, 'four');
		linkSync(path, join(directory, 'second'));
		closeSync(openTrustedSync(path, constants.O_RDWR, 4));
		expect(() => openTrustedSync(path, constants.O_RDWR, 3)).toThrow('has 4 bytes, more than the 3 that it may have');
	});
});
