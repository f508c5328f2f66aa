import { readdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { realFiles } from '../../delivery/journal/file-system.js';
import { framesIn, PREAMBLE, versionOf } from '../../delivery/journal/frame.js';
import { isAlive, ownerFile } from '../../delivery/journal/owner.js';
import { readSegmentName } from '../../delivery/journal/segment.js';

/** Records that a process holds which lives and will send them. */
export interface Holder {
	/** `process 4711`, with its host where that is another one. */
	readonly who: string;
	readonly records: number;
}

/** What waits in the folder of one backend's one signal. */
export interface PendingRequests {
	/** Records whose process is gone. */
	readonly gone: number;
	readonly held: readonly Holder[];
	/** Files of another version, which that version reads. */
	readonly strange: readonly string[];
	/** False where a file went away meanwhile: it was sent, or has another name. */
	readonly certain: boolean;
}

/**
 * Looks what waits in a folder, and changes nothing there. A folder that is not there holds nothing.
 *
 * @param until - of what a living process holds, only what is that old counts: it goes on making more
 * @throws what the file system says
 */
export async function pendingIn(folder: string, until = Number.POSITIVE_INFINITY): Promise<PendingRequests> {
	const alive = new Map<string, boolean>();
	const held = new Map<string, number>();
	const strange: string[] = [];
	let [gone, certain] = [0, true];
	for (const name of await unlessGone(readdir(folder), [])) {
		const owner = readSegmentName(name)?.owner;
		if (owner === undefined) continue;
		const bytes = await unlessGone(readFile(join(folder, name)), undefined);
		if (bytes === undefined) {
			certain = false;
			continue;
		}
		if (bytes.length >= PREAMBLE.length && versionOf(bytes) !== versionOf(PREAMBLE)) {
			strange.push(name);
			continue;
		}
		if (!alive.has(owner)) alive.set(owner, await isAlive(realFiles, join(folder, ownerFile(owner)), Date.now()));
		const living = alive.get(owner) === true;
		let records = 0;
		for (const { state, time, count } of framesIn(bytes).frames) {
			if (state === 'pending' && (!living || time <= until)) records += count;
		}
		if (!living) gone += records;
		else if (records > 0) held.set(owner, (held.get(owner) ?? 0) + records);
	}
	const holders = [...held].map(async ([owner, records]) => ({ who: await nameOf(folder, owner), records }));
	return { gone, held: await Promise.all(holders), strange, certain };
}

/** How many records wait. */
export function recordsOf({ gone, held }: PendingRequests): number {
	return held.reduce((sum, { records }) => sum + records, gone);
}

async function nameOf(folder: string, owner: string): Promise<string> {
	const process = `process ${owner.split('-')[0]}`;
	try {
		const { host } = JSON.parse(await readFile(join(folder, ownerFile(owner)), 'utf8')) as { host?: unknown };
		return typeof host === 'string' && host !== hostname() ? `${process} on ${host}` : process;
	} catch {
		return process;
	}
}

async function unlessGone<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
	try {
		return await work;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
		throw error;
	}
}
