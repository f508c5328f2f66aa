import {
	close,
	closeSync,
	constants,
	fstatSync,
	fsync,
	fsyncSync,
	ftruncateSync,
	lstatSync,
	openSync,
	read,
	type Stats,
	unlinkSync,
	write,
	writeSync,
} from 'node:fs';
import { lstat, readdir, rename, statfs, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { learnUid, openTrustedSync } from '../../common/trusted-file.js';
import { holdLock, probeLock } from './lock.js';
import { makeFolder } from './make-folder.js';

const writeAsync = promisify(write);
const readAsync = promisify(read);
const closeAsync = promisify(close);

/**
 * The operations that a journal needs of a file system, by Node's `fs`. A test replaces them to make each one fail.
 * Those that end in `Sync` are for the end of the process, and for what is done once per segment.
 *
 * None follows a link, and none opens what is no regular file of this user: see `common/trusted-file.ts`.
 */
export const nodeFileSystem = {
	/** Creates a folder with mode 0700, and those above it that are missing. */
	makeFolderSync: makeFolder,
	/** Creates a file with mode 0600 for reading and writing. Throws if it exists. */
	createSync: (path: string): number => {
		const fd = openSync(path, 'wx+', 0o600);
		learnUid(fd);
		return fd;
	},
	/** Opens a file that exists, for reading and writing. */
	openSync: (path: string): number => openTrustedSync(path, constants.O_RDWR),
	/** Closes a descriptor. */
	closeSync: (fd: number): void => closeSync(fd),
	/** Writes all of the data at an offset. */
	write: async (fd: number, data: Uint8Array, offset: number): Promise<void> => {
		for (let done = 0; done < data.length; ) {
			done += (await writeAsync(fd, data, done, data.length - done, offset + done)).bytesWritten;
		}
	},
	/** Writes all of the data at an offset, before it returns. */
	writeSync: (fd: number, data: Uint8Array, offset: number): void => {
		for (let done = 0; done < data.length; ) done += writeSync(fd, data, done, data.length - done, offset + done);
	},
	/** Reads up to `length` bytes from an offset; fewer if the file ends before. */
	read: async (fd: number, length: number, offset: number): Promise<Buffer> => {
		const data = Buffer.allocUnsafe(length);
		let done = 0;
		while (done < length) {
			const { bytesRead } = await readAsync(fd, data, done, length - done, offset + done);
			if (bytesRead === 0) break;
			done += bytesRead;
		}
		return data.subarray(0, done);
	},
	/** Reads a file of up to `maxBytes`. */
	readFile: async (path: string, maxBytes: number): Promise<Buffer> => {
		const fd = openTrustedSync(path, constants.O_RDONLY, maxBytes);
		try {
			return await nodeFileSystem.read(fd, maxBytes, 0);
		} finally {
			await closeAsync(fd);
		}
	},
	/** Returns the names in a folder. */
	list: (path: string): Promise<string[]> => readdir(path),
	/** Cuts a file to a length in bytes. */
	truncateSync: (fd: number, length: number): void => ftruncateSync(fd, length),
	/** Resolves when the disk has what was written to the file. */
	sync: promisify(fsync),
	/** Returns when the disk has the names in a folder. */
	syncFolderSync: (path: string): void => {
		const fd = openSync(path, 'r');
		try {
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
	},
	/** Renames a file. Of several processes that rename the same one, one succeeds. */
	rename: (from: string, to: string): Promise<void> => rename(from, to),
	/** Removes a file. */
	unlink: (path: string): Promise<void> => unlink(path),
	/** Removes a file before it returns. */
	unlinkSync: (path: string): void => unlinkSync(path),
	/** Returns what a name is, without following it if it is a link. */
	lstat: (path: string): Promise<Stats> => lstat(path),
	/** Returns how many names an open file has: 0 if it was removed. */
	linkCountSync: (fd: number): number => fstatSync(fd).nlink,
	/** Returns true if there is a regular file at the path. */
	existsSync: (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true,
	/** Returns the type of the file system that holds a path: on Linux the number in `statfs(2)`. */
	typeOf: async (path: string): Promise<number> => (await statfs(path)).type,
	/** Holds a lock until it is released or this thread ends; undefined if there are none here. */
	holdLockSync: holdLock,
	/** Resolves to what is known of a lock. */
	probeLock,
};

/** The operations of a file system: Node's, or those of a test. */
export type FileSystem = typeof nodeFileSystem;
