import { lstat, lutimes, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { platform } from '../../lib/runtime/platform.js';
import { isPossible } from './age.js';
import { distrust, reportUntrusted, UntrustedFileError } from './trusted-file.js';

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
 * file that another process removes meanwhile is left out. So is what is no regular file of this user, which is
 * reported.
 *
 * @param accepts - returns true for the names of the files that are meant
 */
export async function filesIn(folder: string, accepts: (name: string) => boolean): Promise<StoredFile[]> {
	const names = (await readdir(folder).catch((): string[] => [])).filter(accepts).sort();
	const files = await Promise.allSettled(
		names.map(async (name): Promise<StoredFile> => {
			const path = join(folder, name);
			const stats = await lstat(path);
			const reason = distrust(stats);
			if (reason !== undefined) {
				reportUntrusted(path, reason);
				throw new UntrustedFileError(reason);
			}
			return { path, name, size: stats.size, writtenAt: stats.mtimeMs };
		}),
	);
	return files.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/**
 * Removes the files that are older than `maxAge`, then the oldest until the rest has at most `maxBytes`. Never rejects:
 * another process may remove the same files at the same time.
 *
 * The age of a file that was written while the clock was not set counts from now on.
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
		const wasClockSet = isPossible(writtenAt);
		if (!wasClockSet) await lutimes(path, now / 1000, now / 1000).catch(() => undefined);
		if (total <= maxBytes && (!wasClockSet || now - writtenAt <= maxAge)) continue;
		await unlink(path).catch(() => undefined);
		removed.push(path);
		total -= size;
	}
	return removed;
}
