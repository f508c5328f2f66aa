import { join } from 'node:path';
import { distrust } from '../common/trusted-file.js';
import type { FileSystem } from './files/file-system.js';
import { parseOwnerFileName } from './lease/owner.js';
import { parseSegmentName } from './segments/segment.js';

/** A segment whose owner has exited. */
interface Orphan {
	readonly path: string;
	/** When it was created, as in its name. */
	readonly time: string;
	readonly owner: string;
}

/** What processes that have exited have left in a folder. */
export interface OrphanSearch {
	/** The owners that have exited. */
	readonly owners: readonly string[];
	/** Their segments, the oldest first. */
	readonly orphans: readonly Orphan[];
}

/**
 * Finds the segments in a folder that nobody writes to any more. Does not reject: a folder that cannot be read holds
 * none.
 *
 * @param exceptOwners - owners whose segments are left out
 * @param isAlive - resolves to true if the owner lives; called once for each owner
 */
export async function findOrphans(
	files: FileSystem,
	directory: string,
	exceptOwners: ReadonlySet<string>,
	isAlive: (owner: string) => Promise<boolean>,
): Promise<OrphanSearch> {
	const names = await files.list(directory).catch((): string[] => []);
	const hasExited = new Map<string, boolean>();
	const orphans: Orphan[] = [];
	for (const name of names.sort()) {
		const segment = parseSegmentName(name);
		const owner = segment?.owner ?? parseOwnerFileName(name);
		if (owner === undefined || exceptOwners.has(owner)) continue;
		if (!hasExited.has(owner)) hasExited.set(owner, !(await isAlive(owner)));
		if (segment !== undefined && hasExited.get(owner)) orphans.push({ path: join(directory, name), ...segment });
	}
	return { owners: [...hasExited].filter(([, exited]) => exited).map(([owner]) => owner), orphans };
}

/**
 * Returns how many bytes the segments of all other owners have. Never rejects: what cannot be read, or is no file of
 * this user, counts as 0.
 *
 * @param exceptOwners - owners whose segments do not count
 */
export async function bytesOfOthers(
	files: FileSystem,
	directory: string,
	exceptOwners: ReadonlySet<string>,
): Promise<number> {
	let total = 0;
	for (const name of await files.list(directory).catch((): string[] => [])) {
		const owner = parseSegmentName(name)?.owner;
		if (owner === undefined || exceptOwners.has(owner)) continue;
		total += await files.lstat(join(directory, name)).then(
			(stats) => (distrust(stats) === undefined ? stats.size : 0),
			() => 0,
		);
	}
	return total;
}
