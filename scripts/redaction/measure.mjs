// Measures what a redactor finds of the corpus, and what it hides of values that are no secrets.
import { FAMILIES, HARMLESS, Random, sampleOf, WRAPPINGS } from './corpus.mjs';

/**
 * Returns the share of hidden secrets by kind, for each wrapping, and examples of those that were missed.
 *
 * @param {(text: string) => string} redact - redacts a text
 * @param {{ samples?: number, seed?: number }} options - how many secrets of each kind are tried in each wrapping
 * @returns {{ family: string, kind: string, found: Record<string, number>, missed: Record<string, string[]> }[]}
 */
export function recall(redact, { samples = 20, seed = 1 } = {}) {
	const kinds = [];
	for (const [family, makers] of Object.entries(FAMILIES)) {
		for (const [kind, make] of Object.entries(makers)) {
			const found = {};
			const missed = {};
			for (const [wrapping, wrap] of Object.entries(WRAPPINGS)) {
				const random = new Random(seed * 7919 + kinds.length * 104_729);
				let hidden = 0;
				for (let count = 0; count < samples; count++) {
					const [text, forbidden] = wrap(sampleOf(make, random), random);
					const redacted = redact(text);
					if (redacted !== text && forbidden.every((part) => !redacted.includes(part))) hidden++;
					else missed[wrapping] ??= [text, redacted];
				}
				found[wrapping] = hidden / samples;
			}
			kinds.push({ family, kind, found, missed });
		}
	}
	return kinds;
}

/**
 * Returns the mean share of hidden secrets over kinds, for each wrapping.
 *
 * @param {{ found: Record<string, number> }[]} kinds - what `recall` returned
 * @returns {Record<string, number>}
 */
export function means(kinds) {
	return Object.fromEntries(
		Object.keys(WRAPPINGS).map((wrapping) => [
			wrapping,
			kinds.reduce((sum, { found }) => sum + found[wrapping], 0) / kinds.length,
		]),
	);
}

/**
 * Returns, for each kind of values that are no secrets, which of `count` are changed.
 *
 * @param {(text: string) => string} redact - redacts a text
 * @param {{ count?: number, seed?: number }} options
 */
export function falsePositives(redact, { count = 10_000, seed = 1 } = {}) {
	return Object.entries(HARMLESS).map(([kind, make], index) => {
		const random = new Random(seed * 31_337 + index);
		const changed = [];
		for (let at = 0; at < count; at++) {
			const text = make(random);
			if (redact(text) !== text) changed.push([text, redact(text)]);
		}
		return { kind, count, changed };
	});
}
