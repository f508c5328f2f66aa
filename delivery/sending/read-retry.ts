/** Faults of the process or of a permission, and not of the file that was to be read: it is whole, and is read later. */
const PASSING = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY', 'EACCES', 'EPERM'];

/** A disk that fails is asked so often for the same. */
const TRIES = 8;

/**
 * Says whether what could not be read from the disk may be read later. A file that is gone or damaged will not be; one on
 * a disk that fails is given up after some tries, so that it does not hold up for ever what follows.
 */
export class ReadRetry {
	readonly #tries = new WeakMap<object, number>();

	again(what: object, error: unknown): boolean {
		const { code } = (error ?? {}) as { code?: unknown };
		if (typeof code !== 'string' || code === 'ENOENT') return false;
		if (PASSING.includes(code)) return true;
		const tries = (this.#tries.get(what) ?? 0) + 1;
		this.#tries.set(what, tries);
		return tries < TRIES;
	}
}
