import { join } from 'node:path';
import type { Files } from './file-system.js';
import { HEARTBEAT_MS, newOwner, ownerFile, self } from './owner.js';

/** The name under which a journal writes in a folder, and the file that says that it lives. */
export class Lease {
	/** Every name that this journal has had. */
	readonly mine = new Set<string>();
	readonly #files: Files;
	readonly #directory: string;
	#owner: string | undefined;
	#heartbeat: NodeJS.Timeout | undefined;

	constructor(files: Files, directory: string) {
		this.#files = files;
		this.#directory = directory;
	}

	/** The name; a new one where there was none, or where somebody took it for gone. @throws what the file system says */
	get(): string {
		if (this.#owner !== undefined && this.#files.existsSync(this.#pathOf(this.#owner))) return this.#owner;
		const owner = newOwner();
		this.#files.makeFolderSync(this.#directory);
		const fd = this.#files.createSync(this.#pathOf(owner));
		try {
			this.#files.writeSync(fd, Buffer.from(self()), 0);
		} finally {
			this.#files.closeSync(fd);
		}
		this.#owner = owner;
		this.mine.add(owner);
		this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
		return owner;
	}

	/** Says that it lives no more: another may take over at once what was written under the name. */
	release(): void {
		clearInterval(this.#heartbeat);
		this.#heartbeat = undefined;
		const owner = this.#owner;
		this.#owner = undefined;
		this.mine.clear();
		if (owner === undefined) return;
		try {
			this.#files.unlinkSync(this.#pathOf(owner));
		} catch {
			// Then the others see by its content or its time that nobody is there.
		}
	}

	#beat(): void {
		if (this.#owner === undefined) return;
		// Where the file is gone, `get` makes another before anything more is written.
		void this.#files.touch(this.#pathOf(this.#owner)).catch(() => undefined);
	}

	#pathOf(owner: string): string {
		return join(this.#directory, ownerFile(owner));
	}
}
