import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { bootId, textOf } from '../../common/machine.js';

/** No owner's file is larger than this, in bytes. */
export const MAX_OWNER_BYTES = 4096;

/** How many digits a beat has. */
const BEAT_DIGITS = 16;

/**
 * The first line of an owner's file: what other processes need to know whether the owner lives. Its members are on disk.
 * The second line is the beat, which changes as long as the owner lives.
 */
export interface OwnerRecord {
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
	/** True if the owner listens on a socket, which the kernel closes as its process or thread ends. */
	readonly lock: boolean;
}

/** The file of an owner, and the socket that it listens on: pid, random, ending. */
const NAME = /^(\d{1,10}-[0-9a-f]{12})\.(owner|lock)$/;

/** Returns a new owner: `<pid>-<random>`, a name that no other owner has or will have. */
export function newOwner(): string {
	return `${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** Returns the name of an owner's file, which exists as long as the owner lives. */
export function ownerFileName(owner: string): string {
	return `${owner}.owner`;
}

/** Returns the name of the socket that an owner listens on. */
export function lockFileName(owner: string): string {
	return `${owner}.lock`;
}

/** Returns the owner whose file or socket has that name; undefined if it is another name. */
export function parseOwnerFileName(name: string): string | undefined {
	return NAME.exec(name)?.[1];
}

/**
 * Returns the first line of this thread's owner file.
 *
 * @param lock - whether the owner listens on its socket
 */
export function ownerLine(lock: boolean): string {
	const record: OwnerRecord = {
		pid: process.pid,
		// Not by the pid: `/proc` may be that of another pid namespace.
		began: startOf('self'),
		boot: bootId(),
		space: pidNamespace(),
		host: hostname(),
		thread: !isMainThread,
		lock,
	};
	return `${JSON.stringify(record)}\n`;
}

/** Returns the second line of an owner file. It always has the same length, and is replaced in place. */
export function beatLine(beat: number): string {
	return `${String(beat).padStart(BEAT_DIGITS, '0')}\n`;
}

/** Returns the content of an owner's file; undefined if it is incomplete. */
export function parseOwnerFile(text: string): OwnerRecord | undefined {
	try {
		const record = JSON.parse(text.slice(0, text.indexOf('\n') + 1)) as OwnerRecord;
		return Number.isInteger(record?.pid) ? record : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Returns when a process began, as the kernel counts it: field 22 of `/proc/<pid>/stat`. Undefined if there is none, or
 * if it has ended and nobody has waited for it: it writes nothing more.
 */
export function startOf(pid: number | 'self'): string | undefined {
	const stat = textOf(`/proc/${pid}/stat`);
	// Field 2, the name, may contain spaces and brackets.
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/**
 * Returns the pid namespace of this process; undefined if the system has none, or if `/proc` is that of another one: a pid
 * leads to another process there.
 */
export function pidNamespace(): string | undefined {
	try {
		return readlinkSync('/proc/self') === String(process.pid) ? readlinkSync('/proc/self/ns/pid') : undefined;
	} catch {
		return undefined;
	}
}
