/** Classes of ASCII characters, one bit each; all other characters are in none. */
export const DIGIT = 1;
export const LETTER = 2;
export const UNDERSCORE = 4;
export const HYPHEN = 8;
/** `.` */
export const DOT = 16;
/** `~ + / =`, which base64 and credentials of HTTP may hold. */
export const BASE64 = 32;
/** `*`, which providers put into keys that they half hide. */
export const STAR = 64;

export const WORD = DIGIT | LETTER | UNDERSCORE;

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

/** True where the character there is in one of the classes; false outside of the text. */
export function isA(text: string, at: number, classes: number): boolean {
	const code = text.charCodeAt(at);
	return code < 128 && ((CLASSES[code] ?? 0) & classes) !== 0;
}

/** Where the run of such characters that begins there ends. */
export function runEnd(text: string, from: number, classes: number): number {
	let at = from;
	while (isA(text, at, classes)) at++;
	return at;
}

/**
 * True where a word may begin there: at the text's begin, behind what is no part of a word or was replaced, and behind
 * `%20` of a URL or `\n` of JSON, whose last letters are none.
 *
 * @param from - behind what was replaced last
 */
export function begins(text: string, at: number, from: number): boolean {
	return at <= from || !isA(text, at - 1, WORD) || isEscape(text, at - 1) || text[at - 3] === '%';
}

/** True for the letter of an escape such as `\n`, in JSON within a text. */
export function isEscape(text: string, at: number): boolean {
	return text.charCodeAt(at - 1) === 92 && 'nrtbf'.includes(text[at] ?? ' ');
}
