import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ownFiles } from './directory.js';
import { SIGNALS, writerOf } from './file-names.js';

/** How much may lie in a directory. */
export interface Bounds {
	/** Bytes of all files together. */
	readonly maxBytes: number;
	/** Milliseconds since a file was last written. */
	readonly maxAge: number;
}

interface Entry {
	readonly path: string;
	readonly name: string;
	readonly size: number;
	readonly written: number;
	readonly living: boolean;
}

/**
 * Removes what is too old, then the oldest files until the rest is within the bound. Never a file whose name is not
 * of our pattern, and never one that a living process may still write to. A neighbour may prune at the same time:
 * what is gone already is no fault.
 */
export async function prune(root: string, bounds: Bounds, now: number = Date.now()): Promise<void> {
	const entries = (await Promise.all(SIGNALS.map((signal) => entriesOf(join(root, signal))))).flat();
	let total = entries.reduce((sum, { size }) => sum + size, 0);
	const ended = entries.filter(({ living }) => !living).sort((a, b) => (a.name < b.name ? -1 : 1));
	for (const { path, size, written } of ended) {
		if (total <= bounds.maxBytes && now - written <= bounds.maxAge) continue;
		await unlink(path).catch(() => undefined);
		ownFiles.closed.delete(path);
		total -= size;
	}
}

async function entriesOf(folder: string): Promise<Entry[]> {
	const names = await readdir(folder).catch(() => []);
	const found = names.map(async (name): Promise<Entry | undefined> => {
		const pid = writerOf(name);
		if (pid === undefined) return undefined;
		const path = join(folder, name);
		const { size, mtimeMs } = await stat(path);
		return { path, name, size, written: mtimeMs, living: mayBeWritten(path, pid, mtimeMs) };
	});
	const settled = await Promise.allSettled(found);
	return settled.flatMap((result) => (result.status === 'fulfilled' && result.value ? [result.value] : []));
}

/**
 * True while the file's process may write to it. Under our own pid there are also other threads of ours, and the
 * process that had the pid before us (in a container it is always the same): it wrote before we began.
 */
function mayBeWritten(path: string, pid: number, written: number): boolean {
	if (pid === process.pid) {
		if (ownFiles.closed.has(path)) return false;
		return ownFiles.open.has(path) || written >= Date.now() - process.uptime() * 1000;
	}
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
