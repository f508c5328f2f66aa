/**
 * Characters that are invisible or look like other ones: control, format and private-use characters, separators and
 * blanks other than the space; also the quote and the backslash, which the escaped text itself uses.
 */
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}\p{Zs}"\\]/u;

/** The short escapes, by character. */
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/**
 * Returns the text in the form in which a message shows it: invisible characters are escaped, and everything after
 * `max` characters is replaced by an ellipsis. The cost does not depend on the length of the text, and the result does
 * not keep a long text in memory.
 *
 * @param max - the most characters of the result, escapes included, without the ellipsis. @default 80
 */
export function printable(text: string, max = 80): string {
	let out = '';
	for (let at = 0; at < text.length; ) {
		const point = text.codePointAt(at) ?? 0;
		const piece = escaped(point);
		if (out.length + piece.length > max) return `${out}…`;
		out += piece;
		at += point > 0xffff ? 2 : 1;
	}
	return out;
}

/**
 * Returns the printable text between double quotes.
 *
 * @param max - the most characters between the quotes, without the ellipsis. @default 80
 */
export function quote(text: string, max = 80): string {
	return `"${printable(text, max)}"`;
}

/**
 * Joins printable texts with commas, and counts those beyond the limit: `a, b and 3 more`.
 *
 * @param max - how many texts are shown at most. @default 8
 */
export function list(texts: readonly string[], max = 8): string {
	const shown = texts.slice(0, max).map((text) => printable(text));
	const more = texts.length - shown.length;
	return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** Returns the character of a code point, or its escape as JavaScript writes it. */
function escaped(point: number): string {
	const char = String.fromCodePoint(point);
	if (char === ' ' || !INVISIBLE.test(char)) return char;
	return SHORT[char] ?? (point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`);
}
