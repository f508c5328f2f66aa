import { closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from '../../../../delivery/journal/files/file-system.js';
import { PositionalFile } from '../../../../delivery/journal/files/positional-file.js';
import { temporary } from '../../../support/children.js';

let directory: string;
let path: string;
beforeEach(() => {
	directory = temporary();
	path = join(directory, 'file');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const content = () => readFileSync(path, 'utf8');
const descriptors = () => readdirSync('/proc/self/fd').length;

/** A file whose background writes wait until they are let through, or fail. */
function gated(change: Partial<FileSystem> = {}) {
	const gates: { open(): void; fail(error: Error): void }[] = [];
	const gate = () => new Promise<void>((open, fail) => gates.push({ open, fail }));
	const files: FileSystem = {
		...nodeFileSystem,
		write: async (fd, data, offset) => {
			await gate();
			await nodeFileSystem.write(fd, data, offset);
		},
		...change,
	};
	const file = new PositionalFile({ files, path, fd: nodeFileSystem.createSync(path), size: 0 });
	return { file, gates };
}

const text = (value: string) => Buffer.from(value);

describe('settleSync()', () => {
	it('writes what is being written at its own place, reports it once, and the write in the background changes nothing', async () => {
		const { file, gates } = gated();
		let written = 0;
		const appended = file.append(text('one.'), false, () => {
			written += 1;
		});
		file.appendSync(text('two.'));
		expect([file.settleSync(), content(), written]).toEqual([true, 'one.two.', 1]);
		expect([file.settleSync(), written]).toEqual([true, 1]);
		gates[0]?.open();
		await appended;
		expect([file.settleSync(), content(), written, file.size]).toEqual([false, 'one.two.', 1, 8]);
		file.close();
	});

	it('makes up for a write in the background that then fails', async () => {
		const { file, gates } = gated();
		const appended = file.append(text('one.'));
		expect(file.settleSync()).toBe(true);
		gates[0]?.fail(new Error('EIO'));
		await appended;
		expect([content(), file.size, file.isTorn]).toEqual(['one.', 4, false]);
		file.close();
	});

	it('writes the patches that are being written', async () => {
		const { file, gates } = gated();
		file.appendSync(text('abcd'));
		const patched = file.patch(text('X'), 1);
		expect([file.settleSync(), content()]).toEqual([false, 'aXcd']);
		gates[0]?.open();
		await patched;
		file.patchSync(text('Y'), 2);
		expect([file.settleSync(), content()]).toEqual([false, 'aXYd']);
		file.close();
	});
});

describe('a write that fails', () => {
	it('leaves nothing, and the next one gets its place', async () => {
		const { file, gates } = gated();
		const appended = file.append(text('one.'));
		await nodeFileSystem.write(openAgain(), text('on'), 0);
		gates[0]?.fail(new Error('ENOSPC'));
		await expect(appended).rejects.toThrow('ENOSPC');
		expect([content(), file.size, file.isTorn]).toEqual(['', 0, false]);
		file.appendSync(text('two.'));
		expect(content()).toBe('two.');
		file.close();
	});

	it('behind which something was appended stays, and the file is torn', async () => {
		const { file, gates } = gated();
		const appended = file.append(text('one.'));
		file.appendSync(text('two.'));
		gates[0]?.fail(new Error('EIO'));
		await expect(appended).rejects.toThrow('EIO');
		expect([content(), file.size, file.isTorn]).toEqual(['\0\0\0\0two.', 8, true]);
		file.close();
	});

	it('that cannot be cut off leaves the file torn', () => {
		const fail = () => {
			throw new Error('EIO');
		};
		const { file } = gated({ writeSync: fail, truncateSync: fail });
		expect(() => file.appendSync(text('one.'))).toThrow('EIO');
		expect([file.isTorn, file.size, file.patchSync(text('X'), 0)]).toEqual([true, 4, false]);
		file.close();
	});
});

/** Returns a descriptor of the file that is closed after the test. */
function openAgain(): number {
	const fd = openSync(path, 'r+');
	again.push(fd);
	return fd;
}
const again: number[] = [];
afterEach(() => {
	for (const fd of again.splice(0)) closeSync(fd);
});

describe('close()', () => {
	it('waits for what uses the descriptor, and what needs it later opens the file again', async () => {
		const before = descriptors();
		const { file, gates } = gated();
		const appended = file.append(text('one.'));
		file.close();
		expect(descriptors()).toBe(before + 1);
		gates[0]?.open();
		await appended;
		expect(descriptors()).toBe(before);
		expect((await file.read(9, 1)).toString()).toBe('ne.');
		await file.sync();
		// It was to be closed: it is, after each use.
		expect(descriptors()).toBe(before);
	});

	it('leaves a file that a name replaced unread: a link is not followed', async () => {
		const { file } = gated();
		file.appendSync(text('one.'));
		file.close();
		renameSync(path, join(directory, 'moved'));
		expect([file.exists, file.isLinked]).toEqual([false, false]);
		await expect(file.read(4, 0)).rejects.toThrow('ENOENT');
		symlinkSync('moved', path);
		expect(file.exists).toBe(false);
		await expect(file.read(4, 0)).rejects.toThrow('is a symbolic link');
	});

	it('knows while it is open whether the file has a name', () => {
		const { file } = gated();
		expect(file.isLinked).toBe(true);
		renameSync(path, join(directory, 'moved'));
		expect([file.exists, file.isLinked]).toEqual([false, true]);
		rmSync(join(directory, 'moved'));
		expect(file.isLinked).toBe(false);
		file.close();
	});
});

it("the operations of Node's file system leave no descriptor", async () => {
	const { file } = gated();
	file.appendSync(text('four'));
	const before = descriptors();
	nodeFileSystem.syncFolderSync(directory);
	expect((await nodeFileSystem.readFile(path, 4)).toString()).toBe('four');
	await expect(nodeFileSystem.readFile(path, 3)).rejects.toThrow('has 4 bytes, more than the 3');
	await nodeFileSystem.typeOf(directory);
	expect(descriptors()).toBe(before);
	file.close();
});
