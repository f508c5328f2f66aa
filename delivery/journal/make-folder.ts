import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder, 0700, and those above it that are missing. One that is there is left as it is.
 *
 * Not by `mkdirSync` with `recursive`: where the file system answers ENOENT although the parent is there, as `/proc`
 * does, Node 24 asks it again for ever, deaf to every signal.
 *
 * @throws what the file system says
 */
export function makeFolder(path: string): void {
	if (made(path)) return;
	makeFolder(dirname(path));
	mkdir(path);
}

/** False where the one above is missing. */
function made(path: string): boolean {
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
		// Whatever it says of a folder that is there: EEXIST, and on a read-only disk or a drive's root something else.
		if (codeOf(error) === 'ENOENT' || !isFolder(path)) throw error;
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function codeOf(error: unknown): string | undefined {
	return (error as NodeJS.ErrnoException).code;
}
