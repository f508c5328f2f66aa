import { join } from 'node:path';
import type { Files } from './file-system.js';
import { ownerFile, ownerOf } from './owner.js';
import { type Entry, readSegmentName } from './segment.js';

/** A segment whose owner is gone. */
export interface Orphan {
	readonly path: string;
	readonly time: string;
	readonly owner: string;
}

/** Those who are gone, by their owners' files, and what they left, the oldest first. */
export interface RemovedOwner {
	readonly owners: readonly string[];
	readonly orphans: readonly Orphan[];
}

/** What was found when the segments of those who are gone were taken over. */
export interface Adopted {
	/** The oldest first. */
	readonly entries: Entry[];
	/** How many places held no whole frame. */
	readonly damaged: number;
}

/**
 * Looks through a folder for what nobody writes to any more.
 *
 * @param mine - owners that are not asked about
 * @param alive - whether the owner of that file lives
 */
export async function orphansIn(
	files: Files,
	directory: string,
	mine: ReadonlySet<string>,
	alive: (path: string) => Promise<boolean>,
): Promise<RemovedOwner> {
	const names = await files.list(directory).catch((): string[] => []);
	const gone = new Map<string, boolean>();
	const orphans: Orphan[] = [];
	for (const name of names.sort()) {
		const said = readSegmentName(name);
		const owner = said?.owner ?? ownerOf(name);
		if (owner === undefined || mine.has(owner)) continue;
		if (!gone.has(owner)) gone.set(owner, !(await alive(join(directory, ownerFile(owner)))));
		if (said !== undefined && gone.get(owner)) orphans.push({ path: join(directory, name), ...said });
	}
	return { owners: [...gone].filter(([, isGone]) => isGone).map(([owner]) => owner), orphans };
}

/** Bytes of the segments of all others. Never rejects: what cannot be seen weighs nothing. */
export async function sizeOfOthers(files: Files, directory: string, mine: ReadonlySet<string>): Promise<number> {
	let total = 0;
	for (const name of await files.list(directory).catch((): string[] => [])) {
		const owner = readSegmentName(name)?.owner;
		if (owner === undefined || mine.has(owner)) continue;
		total += await files.stat(join(directory, name)).then(
			({ size }) => size,
			() => 0,
		);
	}
	return total;
}
