import type { TokenUsage } from './usage.js';

/**
 * The usage in what a model client answered (a response, or a usage object itself), in any shape that is known;
 * undefined where there is none. Only own data properties are read: no getter runs, no proxy is asked. Never throws.
 */
export function usageIn(_value: unknown): TokenUsage | undefined {
	return undefined;
}

/** Gathers the usage of one streamed answer from its chunks; keeps nothing else of them. Never throws. */
export class StreamUsage {
	see(_chunk: unknown): void {}

	/**
	 * What the provider had reported so far; undefined where it reported nothing.
	 *
	 * @param whole - false where the stream was left or failed: what was reported may then be `partial`
	 */
	usage(_whole: boolean): TokenUsage | undefined {
		return undefined;
	}
}
