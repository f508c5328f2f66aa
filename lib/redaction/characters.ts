/**
 * Classes of ASCII characters, for the scanners of this folder. Each class is one bit, so that a union of classes is
 * their bitwise OR. A character that is not listed here is in no class.
 */
export const DIGIT = 1;
/** `A` to `Z` and `a` to `z`. */
export const LETTER = 2;
/** `_` */
export const UNDERSCORE = 4;
/** `-` */
export const HYPHEN = 8;
/** `.` */
export const DOT = 16;
/** `~ + / =`, which base64 and the credentials of HTTP may contain. */
export const BASE64 = 32;
/** `*`, which providers put into keys that they show partly. */
export const STAR = 64;

/** The characters of a word: digits, letters and `_`. */
export const WORD = DIGIT | LETTER | UNDERSCORE;

/** The class of each ASCII character by its code; 0 for none. */
const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
	const character = String.fromCharCode(code);
	if (/[0-9]/.test(character)) CLASSES[code] = DIGIT;
	else if (/[A-Za-z]/.test(character)) CLASSES[code] = LETTER;
	else if (character === '_') CLASSES[code] = UNDERSCORE;
	else if (character === '-') CLASSES[code] = HYPHEN;
	else if (character === '.') CLASSES[code] = DOT;
	else if (/[~+/=]/.test(character)) CLASSES[code] = BASE64;
	else if (character === '*') CLASSES[code] = STAR;
}

/** Returns whether the character at `at` is in one of the classes; false if `at` is outside the text. */
export function isA(text: string, at: number, classes: number): boolean {
	const code = text.charCodeAt(at);
	return code < 128 && ((CLASSES[code] ?? 0) & classes) !== 0;
}

/** Returns the end (exclusive) of the run of such characters that begins at `from`; `from` if there is none. */
export function runEnd(text: string, from: number, classes: number): number {
	let at = from;
	while (isA(text, at, classes)) at++;
	return at;
}

/**
 * Returns whether a word may begin at `at`: at the beginning of the text, after a character that is not in `WORD`,
 * after a replaced part, or after an escape that ends with a digit or a letter, such as `%20` of a URL or `\n` of JSON.
 *
 * @param from - the offset after the last replaced part; 0 if nothing was replaced
 */
export function beginsWord(text: string, at: number, from: number): boolean {
	return at <= from || !isA(text, at - 1, WORD) || isEscape(text, at - 1) || text[at - 3] === '%';
}

/** Returns whether the character at `at` is the letter of an escape such as `\n`, in JSON within a text. */
export function isEscape(text: string, at: number): boolean {
	return text.charCodeAt(at - 1) === 92 && 'nrtbf'.includes(text[at] ?? ' ');
}
