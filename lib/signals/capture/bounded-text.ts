import type { Redactor } from '../../redaction/redactor.js';

/** A string as JSON within a number of bytes. */
export interface BoundedText {
	/** The JSON; absent if not even the beginning of the string fits. */
	readonly json?: string;
	/** The length of the JSON in bytes of UTF-8. */
	readonly bytes: number;
}

/**
 * How many characters beyond the limit are redacted too: a secret that begins within the part that is kept can be
 * recognized only by the characters that follow.
 */
const LOOKAHEAD = 8192;

/** The most bytes of the marker behind a text that was cut: `…[cut 123456789 characters]`. */
const CUT_MARKER = 40;

/** The fewest bytes of a text that are written before a marker; below this nothing is written. */
const MIN_PIECE = 8;

/**
 * Serializes a string as JSON, cut so that it fits. Secrets are removed before it is cut, because half a secret would
 * not be recognized.
 *
 * @param maxBytes - the most bytes of the JSON, quotes and marker included
 * @param key - the key whose value the string is. @default none
 */
export function boundText(
	text: string,
	maxBytes: number,
	redactor: Redactor | undefined,
	key?: string | undefined,
): BoundedText {
	// Only this part is redacted: the redactor's time grows with the length of the text.
	const near = text.length > maxBytes + LOOKAHEAD ? text.slice(0, maxBytes + LOOKAHEAD) : text;
	const safe = redactor === undefined ? near : redactor.text(near, key);
	if (near === text && safe.length + 2 <= maxBytes) {
		const json = JSON.stringify(safe);
		const bytes = Buffer.byteLength(json);
		if (bytes <= maxBytes) return { json, bytes };
	}
	const space = maxBytes - CUT_MARKER - 2;
	if (space < MIN_PIECE) return { bytes: 0 };
	const piece = longestPrefix(safe, space);
	const json = JSON.stringify(`${piece}…[cut ${text.length - piece.length} characters]`);
	return { json, bytes: Buffer.byteLength(json) };
}

/** Returns the longest prefix of whole characters that has at most `maxBytes` bytes in JSON, quotes not counted. */
function longestPrefix(text: string, maxBytes: number): string {
	let low = 0;
	let high = Math.min(text.length, maxBytes);
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (Buffer.byteLength(JSON.stringify(text.slice(0, middle))) - 2 <= maxBytes) low = middle;
		else high = middle - 1;
	}
	// The first half of a surrogate pair is removed: the character would be cut in two.
	const last = text.charCodeAt(low - 1);
	return text.slice(0, last >= 0xd800 && last < 0xdc00 ? low - 1 : low);
}
