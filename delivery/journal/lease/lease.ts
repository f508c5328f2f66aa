import { join } from 'node:path';
import { platform } from '../../../lib/runtime/platform.js';
import type { FileSystem } from '../files/file-system.js';
import type { Lock } from '../files/lock.js';
import { PositionalFile } from '../files/positional-file.js';
import { beatLine, lockFileName, newOwner, ownerFileName, ownerLine } from './owner.js';

/** How often an owner changes its beat, in milliseconds. */
const HEARTBEAT_MS = 10_000;

/** What an owner holds as long as it lives. */
interface Held {
	readonly owner: string;
	readonly file: PositionalFile;
	/** Where the beat is in the file, in bytes. */
	readonly beatAt: number;
	/** Undefined if this system has none. */
	readonly lock: Lock | undefined;
}

/**
 * A journal's claim on its segments in a folder: the owner in their names, the file that describes it, and the lock that
 * ends with it.
 */
export class Lease {
	/** All owners that this journal has had since the last release. */
	readonly owners = new Set<string>();
	readonly #files: FileSystem;
	readonly #directory: string;
	/** Undefined before the first segment, and after a release. */
	#held: Held | undefined;
	/** Changes the beat every 10 seconds. Does not keep the process alive. */
	#heartbeat: NodeJS.Timeout | undefined;
	#beats = 0;

	/** @param directory - the folder of the segments; created with the first owner */
	constructor(files: FileSystem, directory: string) {
		this.#files = files;
		this.#directory = directory;
	}

	/**
	 * Returns the owner. Creates a new one if there is none, or if another process has removed its file because it seemed
	 * to have exited.
	 *
	 * @throws the file system's error
	 */
	acquire(): string {
		if (this.#held?.file.exists) return this.#held.owner;
		this.#end();
		const owner = newOwner();
		const path = join(this.#directory, ownerFileName(owner));
		this.#files.makeFolderSync(this.#directory);
		// The lock comes first: the file tells that there is one.
		const lock = this.#hold(owner);
		const line = ownerLine(lock !== undefined);
		const content = Buffer.from(`${line}${beatLine(this.#beats)}`);
		let file: PositionalFile | undefined;
		try {
			file = new PositionalFile({ files: this.#files, path, fd: this.#files.createSync(path), size: 0 });
			file.appendSync(content);
		} catch (error) {
			file?.close();
			if (file !== undefined) this.#remove(path);
			lock?.release();
			throw error;
		}
		this.#held = { owner, file, beatAt: Buffer.byteLength(line), lock };
		this.owners.add(owner);
		this.#heartbeat ??= platform.setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
		return owner;
	}

	/** Removes the owner's file, so that another process can adopt its segments at once. Never throws. */
	release(): void {
		platform.clearInterval(this.#heartbeat);
		this.#heartbeat = undefined;
		const path = this.#held?.file.path;
		this.owners.clear();
		if (path !== undefined) this.#remove(path);
		this.#end();
	}

	/** Releases the file and the lock of the current owner. */
	#end(): void {
		this.#held?.file.close();
		this.#held?.lock?.release();
		this.#held = undefined;
	}

	/** Returns the lock of an owner; undefined if there is none. Never throws. */
	#hold(owner: string): Lock | undefined {
		try {
			return this.#files.holdLockSync(join(this.#directory, lockFileName(owner)));
		} catch {
			return undefined;
		}
	}

	/**
	 * Changes the beat. If the file was removed, `acquire()` creates another before the next write. If it cannot be
	 * written, others see the beat as it was.
	 */
	#beat(): void {
		if (this.#held === undefined) return;
		this.#beats += 1;
		void this.#held.file.patch(Buffer.from(beatLine(this.#beats)), this.#held.beatAt).catch(() => undefined);
	}

	/** Removes the owner's file. If that fails, others see by its lock or its beat that the owner has exited. */
	#remove(path: string): void {
		for (let left = 2; left > 0; left--) {
			try {
				this.#files.unlinkSync(path);
				return;
			} catch (error) {
				if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
			}
		}
	}
}
