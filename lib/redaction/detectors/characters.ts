/**
 * Classes of ASCII characters, for the scanners of this folder. Each class is one bit, so that a union of classes is
 * their bitwise OR. A character that is not listed here is in no class.
 */
export const DIGIT = 1;
/** `a` to `f` */
const SMALL_HEX = 2;
/** `g` to `z` */
const SMALL_OTHER = 4;
/** `A` to `F` */
const CAPITAL_HEX = 8;
/** `G` to `Z` */
const CAPITAL_OTHER = 16;
/** `_` */
const UNDERSCORE = 32;
/** `-` */
export const HYPHEN = 64;
/** `.` */
export const DOT = 128;
/** `+` and `/`, which base64 contains. */
const PLUS_SLASH = 256;
/** `~`, which the credentials of HTTP may contain. */
const TILDE = 512;
/** `*`, which providers put into keys that they show partly. */
const STAR = 1024;
/** `@` */
const AT = 2048;
/** `=`, which pads base64. */
const EQUALS = 4096;

/** `a` to `z` */
const SMALL = SMALL_HEX | SMALL_OTHER;
/** `A` to `Z` */
const CAPITAL = CAPITAL_HEX | CAPITAL_OTHER;
/** `A` to `Z` and `a` to `z`. */
export const LETTER = SMALL | CAPITAL;
/** Letters and digits. */
export const ALNUM = LETTER | DIGIT;
/** The characters of a word: digits, letters and `_`. */
export const WORD = ALNUM | UNDERSCORE;
/** The characters of most keys: a word's and `-`. */
export const NAME = WORD | HYPHEN;
/** The characters of base64, apart from letters and digits. */
export const BASE64 = PLUS_SLASH | EQUALS;
/** The characters of a run that may be base64, in the alphabet of addresses too. */
export const RUN = NAME | PLUS_SLASH;
/** The characters of the credentials in an `Authorization` header. */
export const CREDENTIAL = NAME | DOT | BASE64 | TILDE;

/** The alphabets of keys by the names that the table of providers uses. */
export const ALPHABETS: Readonly<Record<string, number>> = {
	digit: DIGIT,
	hex: DIGIT | SMALL_HEX,
	Hex: DIGIT | SMALL_HEX | CAPITAL_HEX,
	letter: LETTER,
	lower: DIGIT | SMALL,
	capital: DIGIT | CAPITAL,
	alnum: ALNUM,
	word: WORD,
	name: NAME,
	dotted: NAME | DOT | TILDE,
	masked: NAME | STAR,
	base64: ALNUM | BASE64,
	padded: NAME | EQUALS,
	dotpadded: NAME | DOT | EQUALS,
	any: NAME | DOT | TILDE | BASE64 | AT,
};

/** The class of each ASCII character by its code; 0 for none. */
const CLASSES = new Uint16Array(128);
for (const [characters, bits] of [
	['0123456789', DIGIT],
	['abcdef', SMALL_HEX],
	['ghijklmnopqrstuvwxyz', SMALL_OTHER],
	['ABCDEF', CAPITAL_HEX],
	['GHIJKLMNOPQRSTUVWXYZ', CAPITAL_OTHER],
	['_', UNDERSCORE],
	['-', HYPHEN],
	['.', DOT],
	['+/', PLUS_SLASH],
	['=', EQUALS],
	['~', TILDE],
	['*', STAR],
	['@', AT],
] as const) {
	for (let at = 0; at < characters.length; at++) CLASSES[characters.charCodeAt(at)] = bits;
}

/** Returns whether the character at `at` is in one of the classes; false if `at` is outside the text. */
export function isA(text: string, at: number, classes: number): boolean {
	const code = text.charCodeAt(at);
	return code < 128 && ((CLASSES[code] ?? 0) & classes) !== 0;
}

/**
 * Returns the end (exclusive) of the run of such characters that begins at `from`; `from` if there is none.
 *
 * @param limit - where the run ends at the latest. @default the end of the text
 */
export function runEnd(text: string, from: number, classes: number, limit = text.length): number {
	let at = from;
	while (at < limit && isA(text, at, classes)) at++;
	return at;
}

/** Returns the start of the run of such characters that ends (exclusive) at `end`, not before `limit`. */
export function runStart(text: string, end: number, classes: number, limit: number): number {
	let at = end;
	while (at > limit && isA(text, at - 1, classes)) at--;
	return at;
}

/**
 * Returns whether a key may begin at `at`: at the beginning of the text, after a character that is no letter and no
 * digit, after a replaced part, or after an escape that ends with a digit or a letter, such as `%20` of a URL or `\n` of
 * JSON.
 *
 * @param from - the offset after the last replaced part; 0 if nothing was replaced
 */
export function beginsKey(text: string, at: number, from: number): boolean {
	return at <= from || !isA(text, at - 1, ALNUM) || isEscape(text, at - 1) || text[at - 3] === '%';
}

/** Returns whether the character at `at` is the letter of an escape such as `\n`, in JSON within a text. */
export function isEscape(text: string, at: number): boolean {
	return text.charCodeAt(at - 1) === 92 && 'nrtbf'.includes(text[at] ?? ' ');
}

/** The most characters of a text that decide whether it looks random. */
const LOOKED_AT = 256;

/** Returns whether a part of a text has letters and digits, or both cases in turn, or stars, as generated keys have. */
export function looksRandom(text: string, start: number, end: number): boolean {
	let [digit, letter] = [false, false];
	let capitals = 0;
	for (let at = start; at < Math.min(end, start + LOOKED_AT); at++) {
		if (isA(text, at, DIGIT)) digit = true;
		else if (isA(text, at, LETTER)) letter = true;
		else if (isA(text, at, STAR)) return true;
		if (isA(text, at, CAPITAL) && isA(text, at - 1, SMALL) && at > start) capitals++;
	}
	return (digit && letter) || capitals >= 3;
}
