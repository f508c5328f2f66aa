import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import type { FileSystem } from '../files/file-system.js';

/** How often an owner sets the time of its file, in milliseconds. */
export const HEARTBEAT_MS = 10_000;

/**
 * If an owner's process cannot be checked, the owner counts as exited if its file was not touched for this long, in
 * milliseconds.
 */
export const LEASE_MS = 60_000;

/**
 * The content of an owner's file: what other processes need to check whether the owner lives. Its members are on disk.
 */
interface OwnerRecord {
	readonly pid: number;
	/** When the process began, as the kernel counts it: a pid is used again. */
	readonly began?: string | undefined;
	/** The boot id of the kernel. */
	readonly boot?: string | undefined;
	/** The pid namespace: a container has its own. */
	readonly space?: string | undefined;
	/** The host name. */
	readonly host: string;
	/** True in a worker thread, which ends without its process. */
	readonly thread: boolean;
}

const BOOT_ID = '/proc/sys/kernel/random/boot_id';

const NAME = /^(\d{1,10}-[0-9a-f]{12})\.owner$/;

/** Returns a new owner: `<pid>-<random>`, a name that no other owner has or will have. */
export function newOwner(): string {
	return `${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** Returns the name of an owner's file, which exists as long as the owner lives. */
export function ownerFileName(owner: string): string {
	return `${owner}.owner`;
}

/** Returns the owner whose file has that name; undefined if it is another file. */
export function parseOwnerFileName(name: string): string | undefined {
	return NAME.exec(name)?.[1];
}

/** Returns the content of this thread's owner file: one line of JSON. */
export function ownerRecord(): string {
	const record: OwnerRecord = {
		pid: process.pid,
		began: beganAt(process.pid),
		boot: textOf(BOOT_ID),
		space: pidNamespace(),
		host: hostname(),
		thread: !isMainThread,
	};
	return `${JSON.stringify(record)}\n`;
}

/**
 * Resolves to true if the owner lives. Within one kernel and one pid namespace this is certain: the process is there
 * and began at the time in the owner's file. Otherwise (another container or machine on the same volume, a worker
 * thread, a system without `/proc`) the time of the file decides. Never rejects.
 *
 * @param path - the owner's file, which an owner that releases its lease has removed
 * @param now - the time, in milliseconds since 1970
 */
export async function isAlive(files: FileSystem, path: string, now: number): Promise<boolean> {
	let text: string;
	let fresh: boolean;
	try {
		const { mtimeMs } = await files.stat(path);
		// After a clock was set back, the files of others have a time in the future: they count as fresh.
		fresh = now - mtimeMs < LEASE_MS;
		text = (await files.readFile(path)).toString('utf8');
	} catch (error) {
		// An owner whose file cannot be read counts as alive: its segments must not be adopted by mistake.
		return (error as NodeJS.ErrnoException).code !== 'ENOENT';
	}
	const record = parseRecord(text);
	if (record === undefined) return fresh;
	const checkable = process.platform === 'linux' && record.began !== undefined && record.boot !== undefined;
	if (checkable && record.boot === textOf(BOOT_ID) && record.space === pidNamespace()) {
		return beganAt(record.pid) === record.began && (!record.thread || fresh);
	}
	if (process.platform !== 'linux' && record.host === hostname() && !exists(record.pid)) return false;
	return fresh;
}

/** Returns the content of an owner's file; undefined if it is incomplete. */
function parseRecord(text: string): OwnerRecord | undefined {
	try {
		const record = JSON.parse(text) as OwnerRecord;
		return Number.isInteger(record?.pid) ? record : undefined;
	} catch {
		return undefined;
	}
}

/** Returns true if there is a process with that pid. */
function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** Returns when a process began: field 22 of `/proc/<pid>/stat`. Field 2, the name, may contain spaces and brackets. */
function beganAt(pid: number): string | undefined {
	const stat = textOf(`/proc/${pid}/stat`);
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	// A zombie process writes nothing more: it counts as exited.
	return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

/** Returns the pid namespace of this process; undefined if the system has none. */
function pidNamespace(): string | undefined {
	try {
		return readlinkSync('/proc/self/ns/pid');
	} catch {
		return undefined;
	}
}

/** Returns the content of a file without spaces around it; undefined if it cannot be read. */
function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch {
		return undefined;
	}
}
