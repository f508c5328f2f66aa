/** Error codes of a fault of the process or of a permission. The file itself is whole, and is read later. */
const TRANSIENT_CODES = ['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'EBUSY', 'EACCES', 'EPERM'];

/** How often the same is read from a disk that fails. */
const MAX_TRIES = 8;

/**
 * Decides whether what could not be read from disk is read again later. A file that was removed or damaged is not. A
 * file on a disk that fails is given up after 8 tries, so that it does not hold up what follows for ever.
 */
export class ReadRetry {
	readonly #tries = new WeakMap<object, number>();

	/**
	 * Returns true if it is to be read again later. Counts the tries.
	 *
	 * @param key - what was to be read
	 * @param error - why that failed
	 */
	shouldRetry(key: object, error: unknown): boolean {
		const { code } = (error ?? {}) as { code?: unknown };
		if (typeof code !== 'string' || code === 'ENOENT') return false;
		if (TRANSIENT_CODES.includes(code)) return true;
		const tries = (this.#tries.get(key) ?? 0) + 1;
		this.#tries.set(key, tries);
		return tries < MAX_TRIES;
	}
}
