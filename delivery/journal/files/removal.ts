import type { FileSystem } from './file-system.js';

/**
 * Removes files in the background. At a shutdown it waits for none: `finishSync()` removes those that are not removed
 * yet. Nothing here throws: a file that is already removed, or cannot be, changes nothing.
 */
export class Removal {
	readonly #files: FileSystem;
	/** The paths that are being removed in the background. */
	readonly #inProgress = new Set<string>();

	constructor(files: FileSystem) {
		this.#files = files;
	}

	/** Removes a file. @param sync - true to do it before the call returns */
	remove(path: string, sync: boolean): void {
		if (sync) {
			this.#removeSync(path);
			return;
		}
		this.#inProgress.add(path);
		const ended = () => void this.#inProgress.delete(path);
		this.#files.unlink(path).then(ended, ended);
	}

	/** Removes the files that are still being removed, before it returns. */
	finishSync(): void {
		for (const path of this.#inProgress) this.#removeSync(path);
	}

	#removeSync(path: string): void {
		try {
			this.#files.unlinkSync(path);
		} catch {
			// The removal in the background was first.
		}
	}
}
