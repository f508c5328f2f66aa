import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { platform } from '../../lib/runtime/platform.js';

/** How much a folder may hold. */
export interface RetentionBounds {
	/** How many bytes all files may have together. */
	readonly maxBytes: number;
	/** How many milliseconds may have passed since a file was last written. */
	readonly maxAge: number;
}

/** A file on disk. */
export interface StoredFile {
	readonly path: string;
	/** The name without the folder. Names begin with a time, so that they sort by age. */
	readonly name: string;
	/** The length, in bytes. */
	readonly size: number;
	/** When it was last written, in milliseconds since 1970. */
	readonly writtenAt: number;
}

/**
 * Returns the files of a folder, the oldest first. Never rejects: a folder that cannot be read holds nothing, and a
 * file that another process removes meanwhile is left out.
 *
 * @param accepts - returns true for the names of the files that are meant
 */
export async function filesIn(folder: string, accepts: (name: string) => boolean): Promise<StoredFile[]> {
	const names = (await readdir(folder).catch((): string[] => [])).filter(accepts).sort();
	const files = await Promise.allSettled(
		names.map(async (name): Promise<StoredFile> => {
			const path = join(folder, name);
			const { size, mtimeMs } = await stat(path);
			return { path, name, size, writtenAt: mtimeMs };
		}),
	);
	return files.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/**
 * Removes the files that are older than `maxAge`, then the oldest until the rest has at most `maxBytes`. Never rejects:
 * another process may remove the same files at the same time.
 *
 * @param files - all files that count towards `maxBytes`
 * @param mayRemove - returns false for a file that must stay
 * @param now - the time, in milliseconds since 1970
 * @returns the paths of the files that were removed
 */
export async function removeExpired(
	files: readonly StoredFile[],
	{ maxBytes, maxAge }: RetentionBounds,
	mayRemove: (file: StoredFile) => boolean,
	now: number = platform.dateNow(),
): Promise<string[]> {
	let total = files.reduce((sum, { size }) => sum + size, 0);
	const removed: string[] = [];
	const oldestFirst = files.filter(mayRemove).sort((a, b) => (a.name < b.name ? -1 : 1));
	for (const { path, size, writtenAt } of oldestFirst) {
		if (total <= maxBytes && now - writtenAt <= maxAge) continue;
		await unlink(path).catch(() => undefined);
		removed.push(path);
		total -= size;
	}
	return removed;
}
