import { constants } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { currentMoment } from '../../delivery/common/machine.js';
import { distrust, openTrustedSync } from '../../delivery/common/trusted-file.js';
import { nodeFileSystem as files } from '../../delivery/journal/files/file-system.js';
import { Liveness } from '../../delivery/journal/lease/liveness.js';
import { MAX_OWNER_BYTES, ownerFileName, parseOwnerFile } from '../../delivery/journal/lease/owner.js';
import { VERSION } from '../../delivery/journal/segments/frame.js';
import { type Scan, scanSegment } from '../../delivery/journal/segments/scan.js';
import { parseSegmentName } from '../../delivery/journal/segments/segment.js';
import { journalReports } from '../../delivery/journal-reports.js';

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
 * How long each segment of a folder was, in bytes, by its inode: another process may rename it meanwhile. Clocks of other
 * processes do not matter to it.
 */
export type Extent = ReadonlyMap<number, number>;

/** Returns how long the segments of a folder are now. @throws the file system's error */
export async function extentOf(folder: string): Promise<Extent> {
	const extent = new Map<number, number>();
	for (const name of await unlessMissing(readdir(folder), [])) {
		if (parseSegmentName(name) === undefined) continue;
		const stats = await unlessMissing(lstat(join(folder, name)), undefined);
		if (stats !== undefined) extent.set(stats.ino, stats.size);
	}
	return extent;
}

/** What was seen of the owners of each folder: whether one that beats lives shows only over time. */
const livenesses = new Map<string, Liveness>();

/**
 * Counts the pending requests in a folder, and changes nothing there. A folder that does not exist holds none.
 *
 * @param extent - what was there when the flush began; what a living process has written since does not count, because
 *   that never ends. Everything counts without it
 * @throws the file system's error
 */
export async function pendingIn(folder: string, extent?: Extent): Promise<PendingRequests> {
	const alive = new Map<string, boolean>();
	const held = new Map<string, number>();
	const otherVersion: string[] = [];
	let [orphaned, isExact] = [0, true];
	// Another process may send or adopt files while this reads them.
	for (const name of await unlessMissing(readdir(folder), [])) {
		const owner = parseSegmentName(name)?.owner;
		if (owner === undefined) continue;
		const scan = await unlessMissing(scanFile(join(folder, name)), 'missing' as const);
		if (scan === 'missing') isExact = false;
		if (scan === 'missing' || scan === 'untrusted') continue;
		if (scan.version !== VERSION) {
			otherVersion.push(name);
			continue;
		}
		// Each owner is checked once, so that all of its segments count in the same way.
		if (!alive.has(owner)) alive.set(owner, await livenessIn(folder).isAlive(owner));
		const living = alive.get(owner) === true;
		let records = 0;
		const end = extent === undefined ? Number.POSITIVE_INFINITY : (extent.get(scan.inode) ?? 0);
		for (const { state, kind, offset, count } of scan.frames) {
			if (state === 'acknowledged' || state === 'refused') continue;
			// The checkpoint of a span that a living process has open is no record yet.
			if (!living || (kind === 'records' && offset < end)) records += count;
		}
		if (!living) orphaned += records;
		else if (records > 0) held.set(owner, (held.get(owner) ?? 0) + records);
	}
	const holders = [...held].map(async ([owner, records]) => ({ who: await nameOf(folder, owner), records }));
	return { orphaned, held: await Promise.all(holders), otherVersion, isExact };
}

/** Reads which frames a file holds. Resolves to `'untrusted'`, after a report, if it is not to be opened. */
async function scanFile(path: string): Promise<(Scan & { inode: number }) | 'untrusted'> {
	const stats = await lstat(path);
	const reason = distrust(stats);
	if (reason !== undefined) {
		journalReports.onUntrusted(path, reason);
		return 'untrusted';
	}
	const fd = openTrustedSync(path, constants.O_RDONLY);
	try {
		const scan = await scanSegment((length, offset) => files.read(fd, length, offset), stats.size);
		return { ...scan, inode: stats.ino };
	} finally {
		files.closeSync(fd);
	}
}

/** Returns what knows which owners of a folder live. */
function livenessIn(directory: string): Liveness {
	const known =
		livenesses.get(directory) ??
		new Liveness({
			...{ files, directory, onUntrusted: journalReports.onUntrusted },
			monotonic: () => currentMoment().sinceBoot,
		});
	livenesses.set(directory, known);
	return known;
}

/** Returns how many records are pending. */
export function recordsOf({ orphaned, held }: PendingRequests): number {
	return held.reduce((sum, { records }) => sum + records, orphaned);
}

/** Returns what a report calls an owner's process. */
async function nameOf(folder: string, owner: string): Promise<string> {
	const process = `process ${owner.split('-')[0]}`;
	try {
		const file = await files.readFile(join(folder, ownerFileName(owner)), MAX_OWNER_BYTES);
		const host = parseOwnerFile(file.toString('utf8'))?.host;
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
