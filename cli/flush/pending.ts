import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../delivery/journal/files/file-system.js';
import { isAlive, ownerFileName } from '../../delivery/journal/lease/owner.js';
import { framesIn, PREAMBLE, versionOf } from '../../delivery/journal/segments/frame.js';
import { parseSegmentName } from '../../delivery/journal/segments/segment.js';
import { platform } from '../../lib/runtime/platform.js';

/** A living process that holds records and will send them. The member names are those of `flush --json`. */
interface Holder {
	/** `process 4711`, with its host if that is another one. */
	readonly who: string;
	/** How many records it holds. */
	readonly records: number;
}

/** The pending requests in the folder of one signal of one backend. */
export interface PendingRequests {
	/** How many records exited processes have left. */
	readonly orphaned: number;
	/** The living processes that hold records. */
	readonly held: readonly Holder[];
	/** The names of files of another version, which that version reads. */
	readonly otherVersion: readonly string[];
	/** False if a file was removed or renamed meanwhile: it was sent or adopted, and is not counted. */
	readonly isExact: boolean;
}

/**
 * Counts the pending requests in a folder, and changes nothing there. A folder that does not exist holds none.
 *
 * @param until - in milliseconds since 1970; what a living process has created later does not count, since it never
 *   ends
 * @throws the file system's error
 */
export async function pendingIn(folder: string, until = Number.POSITIVE_INFINITY): Promise<PendingRequests> {
	const alive = new Map<string, boolean>();
	const held = new Map<string, number>();
	const otherVersion: string[] = [];
	let [orphaned, isExact] = [0, true];
	// Another process may send or adopt files while this reads them.
	for (const name of await unlessMissing(readdir(folder), [])) {
		const owner = parseSegmentName(name)?.owner;
		if (owner === undefined) continue;
		const bytes = await unlessMissing(readFile(join(folder, name)), undefined);
		if (bytes === undefined) {
			isExact = false;
			continue;
		}
		if (bytes.length >= PREAMBLE.length && versionOf(bytes) !== versionOf(PREAMBLE)) {
			otherVersion.push(name);
			continue;
		}
		// Each owner is checked once, so that all of its segments count in the same way.
		if (!alive.has(owner))
			alive.set(owner, await isAlive(nodeFileSystem, join(folder, ownerFileName(owner)), platform.dateNow()));
		const living = alive.get(owner) === true;
		let records = 0;
		for (const { state, time, count } of framesIn(bytes).frames) {
			if (state === 'pending' && (!living || time <= until)) records += count;
		}
		if (!living) orphaned += records;
		else if (records > 0) held.set(owner, (held.get(owner) ?? 0) + records);
	}
	const holders = [...held].map(async ([owner, records]) => ({ who: await nameOf(folder, owner), records }));
	return { orphaned, held: await Promise.all(holders), otherVersion, isExact };
}

/** Returns how many records are pending. */
export function recordsOf({ orphaned, held }: PendingRequests): number {
	return held.reduce((sum, { records }) => sum + records, orphaned);
}

/** Returns what a report calls an owner's process. */
async function nameOf(folder: string, owner: string): Promise<string> {
	const process = `process ${owner.split('-')[0]}`;
	try {
		const { host } = JSON.parse(await readFile(join(folder, ownerFileName(owner)), 'utf8')) as { host?: unknown };
		return typeof host === 'string' && host !== hostname() ? `${process} on ${host}` : process;
	} catch {
		return process;
	}
}

/** Resolves to what `work` does; to `fallback` if the file does not exist. */
async function unlessMissing<T, U>(work: Promise<T>, fallback: U): Promise<T | U> {
	try {
		return await work;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return fallback;
		throw error;
	}
}
