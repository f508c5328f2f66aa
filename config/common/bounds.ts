import { isObject } from './layer.js';

/** The most values that one source of a config may set, keys of sections and items of lists included. */
const MAX_VALUES = 10_000;

/** How many levels of sections and lists a config may have. */
const MAX_DEPTH = 64;

/** The most faults of one source that are described; further ones are counted. */
export const MAX_FAULTS = 100;

/**
 * Returns why a value is too large to be a config, as a sentence, and undefined if it is not. What checks and merges it
 * afterwards may call itself for each level, and look at each value several times.
 */
export function faultOfBounds(value: unknown): string | undefined {
	let values = 0;
	for (let level: unknown[] = [value], depth = 0; level.length > 0; depth++) {
		if (depth > MAX_DEPTH) return `it has more than ${MAX_DEPTH} levels of sections and lists; a config has a few.`;
		const below: unknown[] = [];
		for (const container of level) {
			if (!Array.isArray(container) && !isObject(container)) continue;
			const inner: readonly unknown[] = Array.isArray(container) ? container : Object.values(container);
			values += inner.length;
			if (values > MAX_VALUES) return `it has more than ${MAX_VALUES} values; a config has a few.`;
			below.push(...inner);
		}
		level = below;
	}
	return undefined;
}
