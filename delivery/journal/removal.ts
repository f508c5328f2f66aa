import type { Files } from './file-system.js';

/** Removes files in the background, and at a shutdown waits for none: what is still under way then is removed at once. */
export class Removal {
	readonly #files: Files;
	readonly #underWay = new Set<string>();

	constructor(files: Files) {
		this.#files = files;
	}

	/** @param now - not in the background. Never throws: a file that is gone, or cannot go, is no reason to fail */
	remove(path: string, now: boolean): void {
		if (now) {
			this.#removeNow(path);
			return;
		}
		this.#underWay.add(path);
		const gone = () => void this.#underWay.delete(path);
		this.#files.unlink(path).then(gone, gone);
	}

	finish(): void {
		for (const path of this.#underWay) this.#removeNow(path);
	}

	#removeNow(path: string): void {
		try {
			this.#files.unlinkSync(path);
		} catch {
			// The one in the background was quicker.
		}
	}
}
