import {
	closeSync,
	fstatSync,
	fsync,
	fsyncSync,
	ftruncateSync,
	openSync,
	read,
	statSync,
	unlinkSync,
	write,
	writeSync,
} from 'node:fs';
import { readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { promisify } from 'node:util';
import { makeFolder } from './make-folder.js';

const writeAsync = promisify(write);
const readAsync = promisify(read);

/**
 * So much of a file system as a journal needs, so that a test can make each part of it fail. What ends in `Sync` is
 * for the end of the process, and for what is done once a segment.
 */
export const realFiles = {
	makeFolderSync: makeFolder,
	/** Makes a file that must not be there yet, to be read and written. */
	createSync: (path: string): number => openSync(path, 'wx+', 0o600),
	/** Opens a file that is there. */
	openSync: (path: string): number => openSync(path, 'r+'),
	closeSync: (fd: number): void => closeSync(fd),
	/** Writes all of it at that place. */
	write: async (fd: number, data: Uint8Array, at: number): Promise<void> => {
		for (let done = 0; done < data.length; ) {
			done += (await writeAsync(fd, data, done, data.length - done, at + done)).bytesWritten;
		}
	},
	writeSync: (fd: number, data: Uint8Array, at: number): void => {
		for (let done = 0; done < data.length; ) done += writeSync(fd, data, done, data.length - done, at + done);
	},
	/** Reads so many bytes from that place, or fewer where the file ends. */
	read: async (fd: number, length: number, at: number): Promise<Buffer> => {
		const data = Buffer.alloc(length);
		let done = 0;
		while (done < length) {
			const { bytesRead } = await readAsync(fd, data, done, length - done, at + done);
			if (bytesRead === 0) break;
			done += bytesRead;
		}
		return data.subarray(0, done);
	},
	readFile: (path: string): Promise<Buffer> => readFile(path),
	list: (path: string): Promise<string[]> => readdir(path),
	truncateSync: (fd: number, length: number): void => ftruncateSync(fd, length),
	sync: promisify(fsync),
	/** Makes the names in a folder certain. */
	syncFolderSync: (path: string): void => {
		const fd = openSync(path, 'r');
		try {
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
	},
	rename: (from: string, to: string): Promise<void> => rename(from, to),
	unlink: (path: string): Promise<void> => unlink(path),
	unlinkSync: (path: string): void => unlinkSync(path),
	stat: async (path: string): Promise<{ size: number; mtimeMs: number }> => stat(path),
	/** How many names an open file has: none where it was removed. */
	linksSync: (fd: number): number => fstatSync(fd).nlink,
	existsSync: (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined,
	/** Makes the file's time the present. */
	touch: async (path: string): Promise<void> => {
		const now = new Date();
		await utimes(path, now, now);
	},
};

/** A file system, or one that fails on purpose. */
export type Files = typeof realFiles;
