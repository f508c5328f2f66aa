import { openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, makeIgnoredFolder } from '../../delivery/journal/files/make-folder.js';
import { processState } from '../../lib/runtime/process-state.js';
import { newFileName, SIGNALS, type Signal } from './file-names.js';

/** The name of the folder for the checkpoints of open spans. */
export const OPEN = 'open';

/** The names that the json preset and the outbox use in the directory. */
const KNOWN_NAMES: ReadonlySet<string> = new Set([...SIGNALS, OPEN, 'outbox', '.gitignore']);

/** The paths of the files that this thread created: those that it still writes to, and those that it has closed. */
export const ownFiles = processState('json/directory', () => ({ open: new Set<string>(), closed: new Set<string>() }));

/**
 * Creates a file in the signal's folder: mode 0600 in folders of mode 0700. It is opened exclusively, so that a name
 * that is drawn twice is an error and never a second writer.
 *
 * It is synchronous because the end of the process needs that. Otherwise it runs once per 16 MiB, and a second,
 * asynchronous way to open a file would have to agree with this one.
 *
 * @param root - the directory of the json preset
 * @throws the file system's error
 */
export function openNew(root: string, signal: Signal): { fd: number; path: string } {
	const folder = makeDirectory(root, signal);
	const path = join(folder, newFileName());
	const fd = openSync(path, 'wx', 0o600);
	ownFiles.open.add(path);
	return { fd, path };
}

/**
 * Creates a folder of the json preset with mode 0700, and keeps it out of git.
 *
 * @param root - the directory of the json preset
 * @returns the path of the folder
 * @throws the file system's error
 */
export function makeDirectory(root: string, name: Signal | typeof OPEN): string {
	const folder = join(root, name);
	makeFolder(folder);
	makeIgnoredFolder(isOnlyOurs(root) ? root : folder);
	return folder;
}

/** Returns true if the directory holds nothing else. A user may have named one that holds files of the application. */
function isOnlyOurs(root: string): boolean {
	try {
		return readdirSync(root).every((name) => KNOWN_NAMES.has(name));
	} catch {
		return false;
	}
}
