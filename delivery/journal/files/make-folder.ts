import { closeSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Creates a folder with mode 0700, and those above it that are missing. Leaves a folder that exists as it is.
 *
 * Does not use `mkdirSync` with `recursive`: if the file system reports ENOENT although the parent exists, as `/proc`
 * does, Node 24 calls it again for ever and receives no signal.
 *
 * @throws the file system's error
 */
export function makeFolder(path: string): void {
	if (isMade(path)) return;
	makeFolder(dirname(path));
	mkdir(path);
}

/**
 * Creates a folder, if it is missing, with a `.gitignore` that keeps all of it out of git, so that nobody commits
 * telemetry by accident. Leaves a `.gitignore` that exists as it is. Never throws: telemetry is written without it too.
 */
export function makeIgnoredFolder(path: string): void {
	try {
		makeFolder(path);
		const fd = openSync(join(path, '.gitignore'), 'wx', 0o600);
		writeSync(fd, '*\n');
		closeSync(fd);
	} catch {
		// It exists, or cannot be created.
	}
}

/** Creates a folder. Returns false if the one above it is missing. */
function isMade(path: string): boolean {
	try {
		mkdir(path);
		return true;
	} catch (error) {
		if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return false;
		throw error;
	}
}

function mkdir(path: string): void {
	try {
		mkdirSync(path, { mode: 0o700 });
	} catch (error) {
		// If the folder exists, the error is EEXIST, but another one on a read-only disk or for the root of a drive.
		if (codeOf(error) === 'ENOENT' || !isFolder(path)) throw error;
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function codeOf(error: unknown): string | undefined {
	return (error as NodeJS.ErrnoException).code;
}
