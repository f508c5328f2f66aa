import { join } from 'node:path';
import { platform } from '../../../lib/runtime/platform.js';
import type { FileSystem } from '../files/file-system.js';
import { HEARTBEAT_MS, newOwner, ownerFileName, ownerRecord } from './owner.js';

/** A journal's claim on its segments in a folder: the owner in their names, and the file that shows that it lives. */
export class Lease {
	/** All owners that this journal has had since the last release. */
	readonly owners = new Set<string>();
	readonly #files: FileSystem;
	readonly #directory: string;
	/** The current owner: undefined before the first segment, and after a release. */
	#owner: string | undefined;
	/** Touches the owner's file every 10 seconds. Does not keep the process alive. */
	#heartbeat: NodeJS.Timeout | undefined;

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
		if (this.#owner !== undefined && this.#files.existsSync(this.#pathOf(this.#owner))) return this.#owner;
		const owner = newOwner();
		this.#files.makeFolderSync(this.#directory);
		const fd = this.#files.createSync(this.#pathOf(owner));
		try {
			this.#files.writeSync(fd, Buffer.from(ownerRecord()), 0);
		} finally {
			this.#files.closeSync(fd);
		}
		this.#owner = owner;
		this.owners.add(owner);
		this.#heartbeat ??= platform.setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
		return owner;
	}

	/** Removes the owner's file, so that another process can adopt its segments at once. Never throws. */
	release(): void {
		platform.clearInterval(this.#heartbeat);
		this.#heartbeat = undefined;
		const owner = this.#owner;
		this.#owner = undefined;
		this.owners.clear();
		if (owner === undefined) return;
		try {
			this.#files.unlinkSync(this.#pathOf(owner));
		} catch {
			// The other processes see by the content or the time of the file that the owner has exited.
		}
	}

	/**
	 * Sets the time of the owner's file to now. If the file was removed, `acquire()` creates another before the next
	 * write.
	 */
	#beat(): void {
		if (this.#owner === undefined) return;
		void this.#files.touch(this.#pathOf(this.#owner)).catch(() => undefined);
	}

	#pathOf(owner: string): string {
		return join(this.#directory, ownerFileName(owner));
	}
}
