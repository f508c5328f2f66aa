/**
 * Returns true if the segments of a pattern match all segments of a subject: `*` matches one segment, `**` any number
 * of them, `:name` a parameter of any name, and every other segment itself. The time is at most proportional to the
 * product of both lengths, for any input.
 */
export function matchSegments(pattern: readonly string[], subject: readonly string[]): boolean {
	let inPattern = 0;
	let inSubject = 0;
	// The latest `**`, and the first segment of the subject that it does not cover yet.
	let doubleStar = -1;
	let uncovered = 0;
	while (inSubject < subject.length) {
		const part = pattern[inPattern];
		if (part === '**') {
			doubleStar = inPattern++;
			uncovered = inSubject;
		} else if (part !== undefined && matchSegment(part, subject[inSubject] ?? '')) {
			inPattern += 1;
			inSubject += 1;
		} else if (doubleStar !== -1) {
			// A mismatch: let the latest `**` cover one segment more, and match what follows it again. Earlier ones need not
			// be tried, because the latest can cover everything that they would.
			inPattern = doubleStar + 1;
			inSubject = ++uncovered;
		} else return false;
	}
	while (pattern[inPattern] === '**') inPattern += 1;
	return inPattern === pattern.length;
}

/** True if one segment of a pattern, which is not `**`, matches one segment of a subject. */
function matchSegment(part: string, segment: string): boolean {
	return part === '*' || part === segment || (part.startsWith(':') && segment.startsWith(':'));
}
