import { warnOnce } from '../runtime/log-once.js';
import { processState } from '../runtime/process-state.js';
import type { TokenUsage } from './accounting/usage.js';
import { usageFrom } from './formats/find-usage.js';

/**
 * Returns the usage in a settled value or, for a stream, in its last chunk; undefined if there is none. If it throws, the
 * next reader is called, and the error is logged once.
 */
export type TokenReader = (value: unknown) => TokenUsage | undefined;

/** The registered readers, the newest first. */
const readers = processState('usage/token-readers', () => [] as TokenReader[]);

/**
 * Registers a reader for results whose format the toolkit does not know. It is called with what every invocation
 * returns, unless a model call of that invocation was reported otherwise: before the toolkit's own readers, and the
 * newest registered reader first. The first usage that is found is used. If a reader throws, a warning is logged once,
 * and the next reader is called.
 *
 * @param reader - returns the usage that it finds in a value, and undefined if there is none
 * @returns a function that unregisters the reader
 * @throws TypeError if `reader` is not a function
 *
 * @example
 * ```ts
 * import { traced } from 'agentese-otel';
 * import { registerTokenReader } from 'agentese-otel/extend';
 * import { startTelemetry } from 'agentese-otel/presets';
 *
 * const unregister = registerTokenReader((value) => (value as { spent?: { input: number } } | null)?.spent);
 * await using telemetry = await startTelemetry({ preset: 'json' });
 * traced(() => ({ spent: { input: 12 } }), { path: 'self.soul.ask' })();
 * telemetry.stats().tokens.counted; // => { input: 12, output: 0 }
 * unregister();
 * ```
 */
export function registerTokenReader(reader: TokenReader): () => void {
	if (typeof reader !== 'function') {
		throw new TypeError(
			`registerTokenReader accepts a function (value) => ({ input, output }); it got ${typeof reader}.`,
		);
	}
	readers.unshift(reader);
	return () => {
		const index = readers.indexOf(reader);
		if (index >= 0) readers.splice(index, 1);
	};
}

/** Returns whether any reader is registered. */
export function anyReaders(): boolean {
	return readers.length > 0;
}

/** Returns the first usage that a registered reader finds in a value; undefined if none does. Never throws. */
export function readByRegistered(value: unknown): TokenUsage | undefined {
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
