import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import type { TokenUsage } from './accounting/usage.js';
import { usageFrom } from './formats/find-usage.js';

/** Finds the usage in a settled value or, for a stream, in its last chunk; undefined where there is none. */
export type TokenReader = (value: unknown) => TokenUsage | undefined;

const readers = processState('usage/token-readers', () => [] as TokenReader[]);

/**
 * Adds a reader for results that the toolkit does not know. It is asked, the newest first and before the toolkit's own,
 * for what every invocation answers, where nobody reported a model call. What it throws is said once.
 *
 * @returns takes it out again
 * @throws TypeError for what is no function
 */
export function registerTokenReader(reader: TokenReader): () => void {
	if (typeof reader !== 'function') {
		throw new TypeError(`registerTokenReader takes a function (value) => ({ in, out }); it got ${typeof reader}.`);
	}
	readers.unshift(reader);
	return () => {
		const at = readers.indexOf(reader);
		if (at >= 0) readers.splice(at, 1);
	};
}

/** True where somebody registered a reader. */
export function anyReaders(): boolean {
	return readers.length > 0;
}

/** What the registered readers find. */
export function readByOthers(value: unknown): TokenUsage | undefined {
	for (const reader of readers) {
		try {
			const usage = usageFrom(reader(value));
			if (usage !== undefined) return usage;
		} catch (error) {
			warnOnce('tokens.reader', 'a reader given to registerTokenReader threw.', error);
		}
	}
	return undefined;
}
