import { isA, looksRandom, NAME, runEnd } from './characters.js';
import type { Hit } from './shapes.js';

/** A text that another one contains in disguise. */
export interface View {
	/** The text without the disguise. */
	readonly text: string;
	/** The offset in the other text of each character, and of its end. */
	readonly offsets: Uint32Array;
}

/** Returns whether a character is not visible, so that it may divide a secret: soft hyphens, joiners, marks of order. */
export function isInvisible(code: number): boolean {
	if (code === 0xad || code === 0xfeff) return true;
	if (code < 0x2000) return code === 0x34f || code === 0x61c || (code >= 0x180b && code <= 0x180f);
	return (code <= 0x200f && code >= 0x200b) || (code >= 0x2028 && code <= 0x206f) || (code & 0xfff0) === 0xfe00;
}

/** Returns whether the characters at `at` are an escape such as `%41`, `\u0041`, `\x41` or `&#65;`. */
export function isEncoded(text: string, at: number): boolean {
	return escapeAt(text, at) !== undefined;
}

/**
 * Decodes what addresses, JSON and HTML write as escapes, and removes characters that are not visible. `%25`, the escape
 * of the percent sign itself, is decoded as often as it occurs in succession. Characters beyond ASCII stay encoded.
 *
 * @returns undefined if there is nothing to decode
 */
export function decode(text: string): View | undefined {
	let result = '';
	let copied = 0;
	let changed = false;
	const offsets = new Uint32Array(text.length + 1);
	let length = 0;
	for (let at = 0; at < text.length; ) {
		const found = escapeAt(text, at);
		if (found === undefined && !isInvisible(text.charCodeAt(at))) {
			offsets[length++] = at++;
			continue;
		}
		changed = true;
		result += text.slice(copied, at) + (found?.character ?? '');
		if (found !== undefined && found.character !== '') offsets[length++] = at;
		at = found?.end ?? at + 1;
		copied = at;
	}
	if (!changed) return undefined;
	offsets[length] = text.length;
	return { text: result + text.slice(copied), offsets };
}

/** An escape, and the ASCII character that it stands for. */
interface Escape {
	readonly character: string;
	readonly end: number;
}

/** Reads the escape at `at`; undefined if there is none, or none of an ASCII character. */
function escapeAt(text: string, at: number): Escape | undefined {
	const code = text.charCodeAt(at);
	if (code === 37) {
		// `%2541` is `%41` of which the percent sign was encoded again.
		let digits = at + 1;
		while (text.charCodeAt(digits) === 50 && text.charCodeAt(digits + 1) === 53) digits += 2;
		return hexEscape(text, digits, 2) ?? (digits > at + 1 ? { character: '%', end: digits } : undefined);
	}
	if (code === 92) {
		// In JSON within JSON the backslash is escaped by others.
		let mark = at + 1;
		while (mark - at < 8 && text.charCodeAt(mark) === 92) mark++;
		if (text[mark] === 'u') return hexEscape(text, mark + 1, 4);
		return text[mark] === 'x' ? hexEscape(text, mark + 1, 2) : undefined;
	}
	return code === 38 && text[at + 1] === '#' ? htmlEscape(text, at + 2) : undefined;
}

/** Reads the code of an ASCII character in hexadecimal digits. */
function hexEscape(text: string, from: number, digits: number): Escape | undefined {
	const hex = text.slice(from, from + digits);
	if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
	const code = Number.parseInt(hex, 16);
	if (code < 128) return { character: String.fromCharCode(code), end: from + digits };
	return isInvisible(code) ? { character: '', end: from + digits } : undefined;
}

/** Reads a decimal or hexadecimal escape of HTML behind its `&#`. */
function htmlEscape(text: string, from: number): Escape | undefined {
	const found = /^(?:x([0-9a-fA-F]{1,4})|(\d{1,5}));/.exec(text.slice(from, from + 8));
	if (found === null) return undefined;
	const code = found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16);
	return code < 128 ? { character: String.fromCharCode(code), end: from + found[0].length } : undefined;
}

/** A text whose lines were joined. */
interface JoinedLines extends View {
	/** The offsets in the joined text where lines were joined, in ascending order. */
	readonly breaks: readonly number[];
}

/** The most blanks at the beginning of a line that a key continues behind. */
const MAX_INDENT = 16;

/**
 * Joins the lines of a text between which a key may be divided.
 *
 * @returns undefined if there are none
 */
export function joinLines(text: string): JoinedLines | undefined {
	let result = '';
	let copied = 0;
	const breaks: number[] = [];
	const ends: number[] = [];
	for (let at = 1; at < text.length; at++) {
		const end = breakEnd(text, at);
		if (end === at) continue;
		// Both sides must be characters of a key, and `at` of a stack trace is none.
		if (isKeyCharacter(text, at - 1) && isKeyCharacter(text, end) && !text.startsWith('at ', end)) {
			result += text.slice(copied, at);
			breaks.push(result.length);
			ends.push(end);
			copied = end;
		}
		at = end - 1;
	}
	if (copied === 0) return undefined;
	const joined = result + text.slice(copied);
	const offsets = new Uint32Array(joined.length + 1);
	for (let at = 0, next = 0, shift = 0; at <= joined.length; at++) {
		while (next < breaks.length && breaks[next] === at) {
			shift = (ends[next] ?? 0) - at;
			next++;
		}
		offsets[at] = at + shift;
	}
	return { text: joined, offsets, breaks };
}

/** Returns the end of the line break at `at` and the blanks behind it; `at` if there is no line break. */
function breakEnd(text: string, at: number): number {
	let end = at;
	if (text.charCodeAt(end) === 13) end++;
	if (text.charCodeAt(end) === 10) end++;
	if (end === at && text.charCodeAt(at) === 92) {
		// JSON writes a line break as `\n`.
		if (text[end + 1] === 'r') end += 2;
		if (text.startsWith('\\n', end)) end += 2;
	}
	if (end === at) return at;
	let blanks = end;
	while (blanks - end < MAX_INDENT && ' \t'.includes(text[blanks] ?? '?')) blanks++;
	return blanks;
}

/** Returns whether the character at `at` may be one of a key. */
function isKeyCharacter(text: string, at: number): boolean {
	return isA(text, at, NAME) || '.+/=~'.includes(text[at] ?? ' ');
}

/**
 * Returns the parts of joined lines that are to be replaced: the hits that a line break divides. A hit goes on behind a
 * line break only if its length is right, or if what is behind looks random: the next line may be another sentence.
 */
export function acrossLines(joined: JoinedLines, hits: readonly Hit[]): Hit[] {
	const { text, breaks } = joined;
	const found: Hit[] = [];
	let next = 0;
	for (const hit of hits) {
		while (next < breaks.length && (breaks[next] ?? 0) <= hit.start) next++;
		let { end } = hit;
		let divided = false;
		for (let at = next; at < breaks.length && (breaks[at] ?? 0) < hit.end; at++) {
			const from = breaks[at] ?? 0;
			if (hit.exact !== true && !looksRandom(text, from, runEnd(text, from, NAME, hit.end))) {
				end = from;
				break;
			}
			divided = true;
		}
		if (divided) found.push({ ...hit, end });
	}
	return found;
}

/** Returns the hits of decoded text at their places in the text that contains it. */
export function inEncoded({ offsets }: View, hits: readonly Hit[]): Hit[] {
	return hits.map((hit) => ({ ...hit, start: offsets[hit.start] ?? 0, end: offsets[hit.end] ?? 0 }));
}

/** Returns the hits of joined lines at their places in the text that contains them. */
export function inLines({ offsets }: View, hits: readonly Hit[]): Hit[] {
	return hits.map((hit) => ({ ...hit, start: offsets[hit.start] ?? 0, end: (offsets[hit.end - 1] ?? 0) + 1 }));
}
