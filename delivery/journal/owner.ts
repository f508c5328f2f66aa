import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import type { Files } from './file-system.js';

/** An owner says so often that it lives, and is taken for gone when it did not for so long: where nothing better is known. */
export const HEARTBEAT_MS = 10_000;
export const LEASE_MS = 60_000;

/** What an owner says of itself: so much as makes certain, where it can be made so, whether it still lives. */
interface Self {
	readonly pid: number;
	/** When the process began, as the kernel counts it: a number of a process is used again. */
	readonly began?: string | undefined;
	/** The kernel, and the space of process numbers in it: a container has its own. */
	readonly boot?: string | undefined;
	readonly space?: string | undefined;
	readonly host: string;
	/** A worker thread ends without its process. */
	readonly thread: boolean;
}

const NAME = /^(\d{1,10}-[0-9a-f]{12})\.owner$/;

/** A name that nobody else has or will have. */
export function newOwner(): string {
	return `${process.pid}-${randomBytes(6).toString('hex')}`;
}

/** The file that says that an owner lives. */
export function ownerFile(owner: string): string {
	return `${owner}.owner`;
}

/** The owner whose file has that name; undefined where it is another file. */
export function ownerOf(name: string): string | undefined {
	return NAME.exec(name)?.[1];
}

/** What this thread says of itself. */
export function self(): string {
	const said: Self = {
		pid: process.pid,
		began: beganAt(process.pid),
		boot: textOf('/proc/sys/kernel/random/boot_id'),
		space: spaceOfNumbers(),
		host: hostname(),
		thread: !isMainThread,
	};
	return `${JSON.stringify(said)}\n`;
}

/**
 * Whether the owner still lives. Within one kernel and one space of process numbers this is certain: the process is
 * there, and began when the owner said. Elsewhere (another container or machine on the same volume, a worker thread,
 * a system without `/proc`) the time of its file decides.
 *
 * @param path - the owner's file; gone where the owner gave up
 */
export async function isAlive(files: Files, path: string, now: number): Promise<boolean> {
	let text: string;
	let fresh: boolean;
	try {
		const { mtimeMs } = await files.stat(path);
		// A clock that was set back makes the others' files those of the future: that is no reason to take them over.
		fresh = now - mtimeMs < LEASE_MS;
		text = (await files.readFile(path)).toString('utf8');
	} catch (error) {
		// One that cannot be read is nobody's to judge.
		return (error as NodeJS.ErrnoException).code !== 'ENOENT';
	}
	const said = parsed(text);
	if (said === undefined) return fresh;
	const known = process.platform === 'linux' && said.began !== undefined && said.boot !== undefined;
	if (known && said.boot === textOf('/proc/sys/kernel/random/boot_id') && said.space === spaceOfNumbers()) {
		return beganAt(said.pid) === said.began && (!said.thread || fresh);
	}
	if (process.platform !== 'linux' && said.host === hostname() && !exists(said.pid)) return false;
	return fresh;
}

function parsed(text: string): Self | undefined {
	try {
		const said = JSON.parse(text) as Self;
		return Number.isInteger(said?.pid) ? said : undefined;
	} catch {
		return undefined;
	}
}

function exists(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

/** The 22nd field of `/proc/<pid>/stat`; the name in the second may hold spaces and brackets. */
function beganAt(pid: number): string | undefined {
	const stat = textOf(`/proc/${pid}/stat`);
	const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
	// A zombie writes nothing any more.
	return fields === undefined || fields[0] === 'Z' ? undefined : fields[19];
}

function spaceOfNumbers(): string | undefined {
	try {
		return readlinkSync('/proc/self/ns/pid');
	} catch {
		return undefined;
	}
}

function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch {
		return undefined;
	}
}
