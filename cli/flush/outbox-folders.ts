import { access, constants, readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../common/usage-error.js';

const SIGNALS = ['traces', 'metrics', 'logs'] as const;

/** One signal's folder, as a path from the outbox. */
export interface SignalFolder {
	readonly path: string;
	readonly signal: (typeof SIGNALS)[number];
}

/** What the folder of a backend is called: its preset, its host, and a hash of its address. */
const BACKEND = /^[a-z][a-z0-9-]*-.*-[0-9a-f]{10}$/;

/**
 * The outbox that a person named, else the one of the config; that one need not be there, since it is made only when
 * something must wait.
 *
 * @throws UsageError where there is no such directory, it cannot be read and written, or it is no outbox
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
		if (code === 'ENOTDIR') throw new UsageError(`${root} is no directory.`);
		throw new UsageError(
			`${root} cannot be used; run this as the user that the application runs as. Reason: ${message}`,
		);
	}
	const others = entries.filter((name) => name !== '.gitignore');
	if (named === undefined || others.length === 0 || others.some((name) => BACKEND.test(name))) return root;
	throw new UsageError(`${root} is no outbox, which holds a folder for each backend.${hint(root, others)}`);
}

/** The folders in an outbox in which something may lie. */
export async function foldersIn(root: string): Promise<SignalFolder[]> {
	const found: SignalFolder[] = [];
	for (const { name } of await directories(root)) {
		if (!BACKEND.test(name)) continue;
		const inside = await directories(join(root, name));
		for (const signal of SIGNALS) {
			if (inside.some((one) => one.name === signal)) found.push({ path: join(name, signal), signal });
		}
	}
	return found;
}

async function directories(path: string) {
	try {
		const entries = (await readdir(path, { withFileTypes: true })).filter((entry) => entry.isDirectory());
		return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}

function hint(root: string, entries: readonly string[]): string {
	const above = [dirname(root), dirname(dirname(root))];
	const at = [basename(root), basename(dirname(root))].findIndex((name) => BACKEND.test(name));
	if (entries.includes('outbox')) return ` Did you mean ${join(root, 'outbox')}?`;
	if (entries.includes('.agentese')) return ` Did you mean ${join(root, '.agentese', 'outbox')}?`;
	return at === -1 ? '' : ` Did you mean ${above[at]}?`;
}
