import { access, constants, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../common/usage-error.js';

/** The names of the folders of signals. */
const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** The folder of one signal of one backend. */
export interface SignalFolder {
	/** Relative to the outbox. */
	readonly path: string;
	readonly signal: (typeof SIGNALS)[number];
}

/** The names of the folders of backends: preset, host, and a hash of the address. */
const BACKEND = /^[a-z][a-z0-9-]*-.*-[0-9a-f]{10}$/;

/**
 * Returns the path of the outbox: the one that was named, else that of the config. That of the config may be missing,
 * since it is created only when something must wait.
 *
 * @throws UsageError if the named directory does not exist, if it cannot be read and written, or if it is not an outbox
 */
export async function outboxAt(named: string | undefined, configured: string): Promise<string> {
	const root = named === undefined ? configured : resolve(named);
	let entries: string[];
	try {
		entries = await readdir(root);
		await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' && named === undefined) return root;
		if (code === 'ENOENT') throw new UsageError(`there is no directory ${root}.`);
		if (code === 'ENOTDIR') throw new UsageError(`${root} is not a directory.`);
		throw new UsageError(
			`${root} cannot be used; run this as the user that the application runs as. Reason: ${message}`,
		);
	}
	// A directory that is named by mistake is refused; an empty one, or one with a folder of any backend, is an outbox.
	const others = entries.filter((name) => name !== '.gitignore');
	if (named === undefined || others.length === 0 || others.some((name) => BACKEND.test(name))) return root;
	throw new UsageError(`${root} is not an outbox, which holds a folder for each backend.${suggestion(root, others)}`);
}

/** Returns the folders of all signals of all backends in an outbox. @throws the file system's error */
export async function foldersIn(root: string): Promise<SignalFolder[]> {
	const folders: SignalFolder[] = [];
	for (const { name } of await directories(root)) {
		if (!BACKEND.test(name)) continue;
		const subfolders = await directories(join(root, name));
		for (const signal of SIGNALS) {
			if (subfolders.some((folder) => folder.name === signal)) folders.push({ path: join(name, signal), signal });
		}
	}
	return folders;
}

/** Returns the directories in a directory, by name; none if it does not exist. */
async function directories(path: string) {
	try {
		const entries = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory());
		return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

/** Returns which directory was probably meant: one below or above it. */
function suggestion(root: string, entries: readonly string[]): string {
	const parents = [dirname(root), dirname(dirname(root))];
	const level = [basename(root), basename(dirname(root))].findIndex((name) => BACKEND.test(name));
	if (entries.includes('outbox')) return ` Did you mean ${join(root, 'outbox')}?`;
	if (entries.includes('.agentese')) return ` Did you mean ${join(root, '.agentese', 'outbox')}?`;
	return level === -1 ? '' : ` Did you mean ${parents[level]}?`;
}
