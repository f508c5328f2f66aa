/**
 * True where the pattern's segments match all of the subject's: `*` one of them, `**` any number, `:name` a parameter of
 * any name, everything else itself. Takes at most the product of both lengths, whatever it is given.
 */
export function matchSegments(pattern: readonly string[], subject: readonly string[]): boolean {
	let at = 0;
	let seen = 0;
	let star = -1;
	let afterStar = 0;
	while (seen < subject.length) {
		const part = pattern[at];
		if (part === '**') {
			star = at++;
			afterStar = seen;
		} else if (part !== undefined && matchSegment(part, subject[seen] ?? '')) {
			at += 1;
			seen += 1;
		} else if (star !== -1) {
			// The last `**` takes one segment more.
			at = star + 1;
			seen = ++afterStar;
		} else return false;
	}
	while (pattern[at] === '**') at += 1;
	return at === pattern.length;
}

function matchSegment(part: string, segment: string): boolean {
	return part === '*' || part === segment || (part.startsWith(':') && segment.startsWith(':'));
}
