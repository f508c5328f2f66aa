/** Words with more letters have no nearest word: nobody types them by hand, and comparing them is expensive. */
const MAX_WORD = 128;

/** The most candidates that are compared, so that the cost of a wrong path does not grow with the number of paths. */
const MAX_CANDIDATES = 2000;

/** A candidate is near within one edit for every three letters of the word, and within this many at most. */
const MAX_EDITS = 4;

/**
 * Returns the candidates that a mistyped word was probably meant to be, the nearest first; equally near ones are sorted
 * by their text.
 *
 * An edit is a letter inserted, left out, replaced, or swapped with its neighbour. The cost is bounded for any input:
 * words of more than 128 letters have no nearest, and only the first 2000 candidates are compared.
 *
 * @param max - how many are returned at most. @default 3
 */
export function nearest(word: string, candidates: Iterable<string>, max = 3): string[] {
	if (word.length === 0 || word.length > MAX_WORD) return [];
	const limit = Math.min(MAX_EDITS, Math.max(1, Math.floor(word.length / 3)));
	const found = new Map<string, number>();
	let compared = 0;
	for (const candidate of candidates) {
		if (++compared > MAX_CANDIDATES) break;
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
 * Returns the registered paths that are most similar to one that is not registered: first those within a few edits,
 * then those with the same handle, then those with the same context and the same first segment of the holon.
 *
 * @param registered - all registered paths; only the first 2000 are compared
 * @param max - how many are returned at most. @default 3
 */
export function nearestPaths(path: string, registered: Iterable<string>, max = 3): string[] {
	const candidates: string[] = [];
	for (const candidate of registered) {
		if (candidates.length === MAX_CANDIDATES) break;
		candidates.push(candidate);
	}
	const found = new Set(nearest(path, candidates, max));
	const [context, first = ''] = path.split('.', 2);
	for (const prefix of [path.slice(0, path.lastIndexOf('.') + 1), `${context}.${first}.`]) {
		if (prefix === '') continue;
		for (const candidate of candidates.filter((text) => text.startsWith(prefix)).sort()) {
			if (found.size >= max) break;
			found.add(candidate);
		}
	}
	return [...found];
}

/**
 * Returns the optimal string alignment distance of two words, or `limit + 1` if it is more than `limit`. Only the
 * entries of the matrix that are at most `limit` off the diagonal can matter, so a comparison takes linear time.
 */
function distance(a: string, b: string, limit: number): number {
	const far = limit + 1;
	// The rows of the matrix: the one before the last, the last, and the current one.
	let beforeLast: number[] = [];
	let last: number[] = Array.from({ length: b.length + 1 }, (_, column) => Math.min(column, far));
	for (let row = 1; row <= a.length; row++) {
		const current: number[] = new Array(b.length + 1).fill(far);
		if (row <= limit) current[0] = row;
		let least = current[0] ?? far;
		const end = Math.min(b.length, row + limit);
		for (let column = Math.max(1, row - limit); column <= end; column++) {
			const same = a[row - 1] === b[column - 1];
			let edits = Math.min(
				(last[column] ?? far) + 1,
				(current[column - 1] ?? far) + 1,
				(last[column - 1] ?? far) + (same ? 0 : 1),
			);
			// Two neighbours that are swapped are one edit.
			if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
				edits = Math.min(edits, (beforeLast[column - 2] ?? far) + 1);
			}
			current[column] = Math.min(edits, far);
			least = Math.min(least, edits);
		}
		// No later row can have a smaller entry.
		if (least > limit) return far;
		beforeLast = last;
		last = current;
	}
	return last[b.length] ?? far;
}
