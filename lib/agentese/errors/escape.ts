/** Whatever does not show, or shows as something else: controls, format and private characters, blanks but the space. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Zs}"\\]/u;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '"': '\\"', '\\': '\\\\' };

/**
 * The text as it may stand in a message: what cannot be seen is escaped, and what is beyond `max` characters is
 * replaced by an ellipsis. Costs the same for any length of text, and keeps no hold of a long one.
 *
 * @param max - the limit of what is answered, escapes included
 * @default max 80
 */
export function printable(text: string, max = 80): string {
	let out = '';
	for (let at = 0; at < text.length; ) {
		const point = text.codePointAt(at) ?? 0;
		const piece = visible(point);
		if (out.length + piece.length > max) return `${out}…`;
		out += piece;
		at += point > 0xffff ? 2 : 1;
	}
	return out;
}

/** The same between double quotes. */
export function quote(text: string, max = 80): string {
	return `"${printable(text, max)}"`;
}

/** `a, b and 3 more`: at most `most` of the texts, each made printable. */
export function list(texts: readonly string[], most = 8): string {
	const shown = texts.slice(0, most).map((text) => printable(text));
	const more = texts.length - shown.length;
	return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function visible(point: number): string {
	const char = String.fromCodePoint(point);
	if (char === ' ' || !UNSEEN.test(char)) return char;
	return SHORT[char] ?? (point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`);
}
