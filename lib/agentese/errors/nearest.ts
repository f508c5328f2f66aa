/** Longer words have no nearest: nobody mistypes them by hand, and comparing them is what costs. */
const MAX_WORD = 128;

/** More candidates than this are not looked at, so that a wrong path costs the same in a garden of any size. */
const MAX_CANDIDATES = 2000;

/** A word is near within one edit for each three of its letters, and never beyond this many. */
const MAX_EDITS = 4;

/**
 * The candidates that the word was probably meant to be, the nearest first, those equally near by their letters.
 *
 * An edit is a letter inserted, left out, replaced, or swapped with its neighbour. The cost is bounded whatever is
 * given: words over 128 letters have no nearest, and only the first 2000 candidates are compared.
 *
 * @param max - how many at most
 * @default max 3
 */
export function nearest(word: string, candidates: Iterable<string>, max = 3): string[] {
	if (word.length === 0 || word.length > MAX_WORD) return [];
	const limit = Math.min(MAX_EDITS, Math.max(1, Math.floor(word.length / 3)));
	const found = new Map<string, number>();
	let seen = 0;
	for (const candidate of candidates) {
		if (++seen > MAX_CANDIDATES) break;
		if (Math.abs(candidate.length - word.length) > limit) continue;
		const edits = distance(word, candidate, limit);
		if (edits <= limit) found.set(candidate, edits);
	}
	return [...found]
		.sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
		.slice(0, max)
		.map(([candidate]) => candidate);
}

/**
 * The registered paths most similar to one that nothing answers: first those within a few edits, then those that
 * share its handle, then those that share its context and the first segment of its holon.
 *
 * @param max - how many at most
 * @default max 3
 */
export function nearestPaths(path: string, registered: Iterable<string>, max = 3): string[] {
	const all: string[] = [];
	for (const candidate of registered) {
		if (all.length === MAX_CANDIDATES) break;
		all.push(candidate);
	}
	const found = new Set(nearest(path, all, max));
	const [context, first = ''] = path.split('.', 2);
	for (const prefix of [path.slice(0, path.lastIndexOf('.') + 1), `${context}.${first}.`]) {
		if (prefix === '') continue;
		for (const candidate of all.filter((text) => text.startsWith(prefix)).sort()) {
			if (found.size >= max) break;
			found.add(candidate);
		}
	}
	return [...found];
}

/**
 * Optimal string alignment within a band: `limit + 1` stands for anything more than `limit`. Only the cells at most
 * `limit` off the diagonal can matter, so a comparison takes time linear in the word.
 */
function distance(a: string, b: string, limit: number): number {
	const far = limit + 1;
	let before: number[] = [];
	let above: number[] = Array.from({ length: b.length + 1 }, (_, column) => Math.min(column, far));
	for (let row = 1; row <= a.length; row++) {
		const line: number[] = new Array(b.length + 1).fill(far);
		if (row <= limit) line[0] = row;
		let least = line[0] ?? far;
		const end = Math.min(b.length, row + limit);
		for (let column = Math.max(1, row - limit); column <= end; column++) {
			const same = a[row - 1] === b[column - 1];
			let edits = Math.min(
				(above[column] ?? far) + 1,
				(line[column - 1] ?? far) + 1,
				(above[column - 1] ?? far) + (same ? 0 : 1),
			);
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
				edits = Math.min(edits, (before[column - 2] ?? far) + 1);
			}
			line[column] = Math.min(edits, far);
			least = Math.min(least, edits);
		}
		if (least > limit) return far;
		before = above;
		above = line;
	}
	return above[b.length] ?? far;
}
