import { hostname } from 'node:os';
import { join } from 'node:path';
import { bootId } from '../../common/machine.js';
import { distrust } from '../../common/trusted-file.js';
import type { FileSystem } from '../files/file-system.js';
import type { LockState } from '../files/lock.js';
import {
	lockFileName,
	MAX_OWNER_BYTES,
	type OwnerRecord,
	ownerFileName,
	parseOwnerFile,
	pidNamespace,
	startOf,
} from './owner.js';

/**
 * If nothing certain is known of an owner, it counts as exited when its beat has not changed for this long, in
 * milliseconds.
 */
export const LEASE_MS = 60_000;

/**
 * The types of file systems that only one running kernel can have mounted, by the numbers of `statfs(2)`: ext, XFS, Btrfs,
 * tmpfs, overlayfs, ZFS and F2FS.
 */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
	0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);

/** What decides whether an owner lives. */
export interface LivenessOptions {
	readonly files: FileSystem;
	/** The folder of the owners' files. */
	readonly directory: string;
	/** Returns a time in milliseconds that nobody sets: the difference of two of them is what has passed. */
	readonly monotonic: () => number;
	/** Receives an owner's file that is not used, and why. */
	readonly onUntrusted: (path: string, reason: string) => void;
}

/**
 * Knows which owners of a folder live.
 *
 * On one machine that is certain: the kernel knows whether a process exists that began at that time, whether somebody
 * listens on a socket, and that there is one kernel at a time. Between machines, or where that cannot be asked, an owner
 * lives as long as its beat changes, seen with our own clock: clocks are never compared.
 */
export class Liveness {
	readonly #options: LivenessOptions;
	/** What was seen of the owners of which nothing certain is known. */
	readonly #seen = new Map<string, { readonly content: string; readonly since: number }>();
	/** Whether the folder is on a file system of this machine alone. */
	#isLocal: boolean | undefined;

	constructor(options: LivenessOptions) {
		this.#options = options;
	}

	/** Resolves to true if the owner lives, or if that is not known yet. Never rejects. */
	async isAlive(owner: string): Promise<boolean> {
		const { files, directory } = this.#options;
		const path = join(directory, ownerFileName(owner));
		let content: string;
		try {
			const reason = distrust(await files.lstat(path), MAX_OWNER_BYTES);
			if (reason !== undefined) {
				this.#options.onUntrusted(path, reason);
				return true;
			}
			content = (await files.readFile(path, MAX_OWNER_BYTES)).toString('utf8');
		} catch (error) {
			// An owner whose file cannot be read counts as alive: its segments must not be adopted by mistake.
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return true;
			// It has released its lease, or it holds its lock and is about to create its file.
			return (await this.#lockOf(owner)) === 'held';
		}
		const record = parseOwnerFile(content);
		const certain = record && (await this.#certainly(owner, record));
		if (certain === undefined) return this.#beats(owner, content);
		this.#seen.delete(owner);
		return certain;
	}

	/** Resolves to whether the owner lives if that is certain; else to undefined. */
	async #certainly(owner: string, record: OwnerRecord): Promise<boolean | undefined> {
		const boot = bootId();
		if (process.platform !== 'linux') return await this.#byHost(owner, record);
		if (boot === undefined || typeof record.boot !== 'string') return undefined;
		if (record.boot !== boot) return (await this.#folderIsLocal()) ? false : undefined;
		const space = pidNamespace();
		const isVisible = space !== undefined && record.space === space && record.began !== undefined;
		if (isVisible && startOf(record.pid) !== record.began) return false;
		// The process of a thread does not tell whether the thread lives.
		const byProcess = isVisible && !record.thread ? true : undefined;
		if (!record.lock) return byProcess;
		// A process may have released its lease, and a thread may have ended before its process: the lock tells.
		const state = await this.#lockOf(owner);
		if (state === 'held') return true;
		const isLocal = await this.#folderIsLocal();
		// On a file system of several machines, a socket without a listener may be one of another machine.
		if (state === 'free' && (isLocal || isSameSlot(record, isVisible))) return false;
		return isLocal ? undefined : byProcess;
	}

	/** The same on a system without `/proc`: a process of this host that does not exist has exited. */
	async #byHost(owner: string, { host, pid, lock }: OwnerRecord): Promise<boolean | undefined> {
		if (host !== hostname()) return undefined;
		if (!exists(pid)) return false;
		const state = lock ? await this.#lockOf(owner) : 'unknown';
		return state === 'unknown' ? undefined : state === 'held';
	}

	#lockOf(owner: string): Promise<LockState> {
		const { files, directory } = this.#options;
		return files.probeLock(join(directory, lockFileName(owner))).catch(() => 'unknown');
	}

	/** Returns true unless the owner's file has had the same content for `LEASE_MS`. */
	#beats(owner: string, content: string): boolean {
		const now = this.#options.monotonic();
		const seen = this.#seen.get(owner);
		if (seen?.content === content) return now - seen.since < LEASE_MS;
		this.#seen.set(owner, { content, since: now });
		return true;
	}

	/** Resolves to true if no other machine can have the folder mounted. */
	async #folderIsLocal(): Promise<boolean> {
		const { files, directory } = this.#options;
		this.#isLocal ??= await files.typeOf(directory).then(
			(type) => LOCAL_TYPES.has(type),
			() => undefined,
		);
		return this.#isLocal === true;
	}
}

/**
 * Returns true if an owner's process had the pid and the host of this one, in a pid namespace that is gone: the container
 * was restarted.
 */
function isSameSlot({ host, pid }: OwnerRecord, isVisible: boolean): boolean {
	return !isVisible && host === hostname() && pid === process.pid;
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
