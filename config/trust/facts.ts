import { realpathSync, type Stats, statSync } from 'node:fs';

/** What is known of a file before a byte of it is read. */
export interface Facts {
	/** The absolute path, without links. */
	readonly path: string;
	readonly kind: 'file' | 'directory' | 'other';
	/** The owner's number. 0 on Windows, which has none. */
	readonly uid: number;
	/** The permissions, as `chmod` has them, with the sticky bit. */
	readonly mode: number;
	/** In bytes. */
	readonly size: number;
}

/** Returns the facts of a file, of a link's target if it is a link; undefined if there are none. Never throws. */
export type FileFacts = (path: string) => Facts | undefined;

/** Reads the facts from the file system. */
export const factsOf: FileFacts = (path) => {
	try {
		return factsFrom(realpathSync(path), statSync(path));
	} catch {
		return undefined;
	}
};

/** Returns the facts in what the file system knows of a file. */
export function factsFrom(path: string, stats: Stats): Facts {
	const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
	return { path, kind, uid: stats.uid, mode: stats.mode & 0o7777, size: stats.size };
}
