import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../delivery/journal/make-folder.js';
import { processState } from '../../lib/runtime/process-state.js';
import { newName, SIGNALS, type Signal } from './file-names.js';

/** What a person would not want to commit by accident. */
const IGNORE = '.gitignore';

/** The folder of what has not ended yet. */
export const OPEN = 'open';

/** The paths that this thread made: those it still writes to, and those it is done with. */
export const ownFiles = processState('json/directory', () => ({ open: new Set<string>(), closed: new Set<string>() }));

/**
 * Makes a new file in the signal's folder: 0600 in folders of 0700, opened exclusively, so that a name drawn twice
 * is an error and never a second writer.
 *
 * It is synchronous, as the end of a process needs it, and runs in the background once per 16 MiB elsewhere: one way
 * to open is better than two that must agree.
 *
 * @throws what the file system says
 */
export function openNew(root: string, signal: Signal): { fd: number; path: string } {
	const folder = makeDirectory(root, signal);
	const path = join(folder, newName());
	const fd = openSync(path, 'wx', 0o600);
	ownFiles.open.add(path);
	return { fd, path };
}

/** Makes a folder of ours in the directory, 0700, and answers its path. @throws what the file system says */
export function makeDirectory(root: string, name: Signal | typeof OPEN): string {
	const folder = join(root, name);
	makeFolder(folder);
	keepOutOfGit(root, folder);
	return folder;
}

/**
 * A `.gitignore` of its own: in the directory where that holds nothing else, else in the signal's folder, because a
 * person may have named a directory that holds work of theirs.
 */
function keepOutOfGit(root: string, folder: string): void {
	try {
		const ours = new Set<string>([...SIGNALS, OPEN, 'outbox', IGNORE]);
		const names = readdirSync(root);
		const path = join(names.every((name) => ours.has(name)) ? root : folder, IGNORE);
		const fd = openSync(path, 'wx', 0o600);
		writeSync(fd, '*\n');
		closeSync(fd);
	} catch {
		// It is there, or cannot be: neither is a reason to write no telemetry.
	}
}
