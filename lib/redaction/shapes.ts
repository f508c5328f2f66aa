import {
	BASE64,
	beginsWord,
	DIGIT,
	DOT,
	HYPHEN,
	isA,
	isEscape,
	LETTER,
	runEnd,
	STAR,
	UNDERSCORE,
	WORD,
} from './characters.js';

/** A part of a text that is to be replaced. */
export interface Hit {
	/** The offset of its first character. */
	readonly start: number;
	/** The offset after its last character. */
	readonly end: number;
	/** The replacement. @default the marker `REDACTED` */
	readonly text?: string;
}

/** Letters and digits. */
const ALNUM = DIGIT | LETTER;
/** The characters of most keys. */
const NAME = WORD | HYPHEN;
/** The characters of the credentials in an `Authorization` header. */
const CREDENTIAL = WORD | HYPHEN | DOT | BASE64;

/** A kind of secret that is recognized by its prefix. */
interface Shape {
	/** The characters that identify it: `ghp_`. */
	readonly prefix: string;
	/** The classes of the characters that may follow the prefix. */
	readonly classes: number;
	/** How many of them must follow at least. */
	readonly min: number;
	/** Whether the prefix must begin a word, because it is so short that other words end with it: `risk-`. */
	readonly atWordStart?: boolean;
}

/** Creates one shape for each of the prefixes, which are written with blanks between them. */
const shapesOf = (classes: number, min: number, prefixes: string, atWordStart = false): Shape[] =>
	prefixes.split(' ').map((prefix) => ({ prefix, classes, min, atWordStart }));

/** The keys and tokens of well-known providers, each as the provider documents it. */
const SHAPES: readonly Shape[] = [
	...shapesOf(NAME | STAR, 8, 'sk-ant- sk-proj- sk-or- sk-lf- sk-svcacct-'),
	...shapesOf(NAME | STAR, 16, 'sk-', true),
	...shapesOf(NAME, 16, 'glpat- xapp- tvly- nvapi- GOCSPX- PMAK- pypi- AGE-SECRET-KEY-'),
	...shapesOf(NAME, 10, 'xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs-'),
	...shapesOf(ALNUM, 20, 'xai- pplx- NRAK-', true),
	...shapesOf(ALNUM, 16, 'ghp_ gho_ ghu_ ghs_ ghr_'),
	...shapesOf(WORD, 16, 'github_pat_ lsv2_pt_ lsv2_sk_'),
	...shapesOf(ALNUM, 10, 'sk_live_ sk_test_ rk_live_ rk_test_'),
	...shapesOf(ALNUM, 20, 'npm_ whsec_ shpat_ shpss_ shppa_ shpca_ dop_v1_ doo_v1_ lin_api_'),
	...shapesOf(ALNUM, 20, 'hf_ gsk_ r8_ ntn_ sbp_ e2b_ fw_', true),
	...shapesOf(NAME, 16, 'sb_secret_ pcsk_'),
	...shapesOf(ALNUM, 32, 'sk_', true),
	...shapesOf(NAME | DOT, 20, 'SG. ya29. hvs. hvb.', true),
	...shapesOf(ALNUM, 16, 'AKIA ASIA ABIA'),
	// Google's prefix is `AIza`. The scan stops at its z, because the letter a is too frequent in texts.
	...shapesOf(NAME, 21, 'AIz'),
];

/** The shapes by the last two characters of their prefix, so that one look-up rules out most offsets of a text. */
const BY_ENDING: (Shape[] | undefined)[] = new Array(128 * 128).fill(undefined);
for (const shape of SHAPES) {
	const ending = pairCode(shape.prefix, shape.prefix.length - 1);
	BY_ENDING[ending] = [...(BY_ENDING[ending] ?? []), shape];
}

/** The last characters of all prefixes. A scan calls `shapeAt` at these characters only. */
export const SHAPE_ENDINGS = [...new Set(SHAPES.map(({ prefix }) => prefix.at(-1) ?? ''))].join('');

/**
 * Finds the secret whose prefix ends at `at`.
 *
 * @param from - the offset after the last replaced part
 */
export function shapeAt(text: string, at: number, from: number): Hit | undefined {
	const shapes = BY_ENDING[pairCode(text, at)];
	if (shapes === undefined) return undefined;
	for (const { prefix, classes, min, atWordStart } of shapes) {
		const start = at - prefix.length + 1;
		if (start < 0 || !text.startsWith(prefix, start) || (atWordStart === true && !beginsWord(text, start, from)))
			continue;
		const end = runEnd(text, at + 1, classes);
		const length = end - at - 1;
		// A shorter key after `sk-` counts if it has a digit, which words such as `sk-learn-model` do not have.
		if (length >= min || (prefix === 'sk-' && length >= 8 && hasDigit(text, at + 1, end))) return { start, end };
	}
	return undefined;
}

/**
 * Finds a JSON Web Token. Its header begins with `{"`, which is `eyJ` in base64.
 *
 * @param at - the offset of the J of `eyJ`
 * @param from - the offset after the last replaced part
 */
export function jwtAt(text: string, at: number, from: number): Hit | undefined {
	const start = at - 2;
	if (!text.startsWith('eyJ', start) || !beginsWord(text, start, from)) return undefined;
	let end = runEnd(text, at, NAME);
	if (end - start < 8 || text[end] !== '.') return undefined;
	const payload = end + 1;
	end = runEnd(text, payload, NAME);
	if (end - payload < 8) return undefined;
	// A signature follows, or the remaining parts of an encrypted token, some of which may be empty.
	while (text[end] === '.' && (isA(text, end + 1, NAME) || text[end + 1] === '.')) end = runEnd(text, end + 1, NAME);
	return { start, end };
}

/** Words that may follow `Bearer` in a sentence and are not credentials. */
const PROSE =
	/^(?:tokens?|auth|authentication|authori[sz]ation|certificates?|credentials?|security|scheme|format|headers?|requests?|instruments?)$/i;

/**
 * Finds the credentials after the word `Bearer` or `Basic`, in any case.
 *
 * @param at - the offset of the blank after the word
 * @param from - the offset after the last replaced part
 */
export function schemeAt(text: string, at: number, from: number): Hit | undefined {
	// The last letter, in lower case, must be the r of `bearer` or the c of `basic`.
	const last = text.charCodeAt(at - 1) | 32;
	if (last !== 114 && last !== 99) return undefined;
	const bearer = endsWithWord(text, at, 'bearer', from);
	if (!bearer && !endsWithWord(text, at, 'basic', from)) return undefined;
	let start = at;
	while (start < at + 4 && text[start] === ' ') start++;
	let end = runEnd(text, start, CREDENTIAL);
	while (end > start && text[end - 1] === '.') end--;
	const length = end - start;
	if (bearer) return length < 6 || PROSE.test(text.slice(start, start + 20)) ? undefined : { start, end };
	// Basic credentials decode to a text with a colon. What follows the word "basic" in a sentence does not.
	const base64 = runEnd(text, start, ALNUM | BASE64);
	if (base64 - start < 4) return undefined;
	const [user, password] = Buffer.from(text.slice(start, Math.min(base64, start + 4096)), 'base64')
		.toString('latin1')
		.split(':', 2);
	return password !== undefined && /^[\x20-\x7e\xa0-\xff]*$/.test(user ?? '') ? { start, end } : undefined;
}

/** Returns whether `word`, given in lower case, ends at `end` in any case, and begins where a word may begin. */
function endsWithWord(text: string, end: number, word: string, from: number): boolean {
	const start = end - word.length;
	if (start < 0) return false;
	for (let at = word.length - 1; at >= 0; at--) {
		if ((text.charCodeAt(start + at) | 32) !== word.charCodeAt(at)) return false;
	}
	return beginsWord(text, start, from);
}

/**
 * Finds a private key in PEM. If its end line is missing, the hit covers the rest of the text.
 *
 * @param at - the offset of the first hyphen
 */
export function pemAt(text: string, at: number): Hit | undefined {
	if (!text.startsWith('-----BEGIN ', at)) return undefined;
	// The label of a PEM block has 64 characters at most, so that the search does not read the rest of the text.
	const head = text.slice(at + 11, at + 75);
	const close = head.indexOf('-----');
	if (close === -1 || !head.slice(0, close).includes('PRIVATE KEY')) return undefined;
	const last = text.indexOf('-----END ', at + 11 + close);
	const end = last === -1 ? -1 : text.slice(last + 9, last + 73).indexOf('-----');
	return { start: at, end: end === -1 ? text.length : last + 9 + end + 5 };
}

/**
 * Finds the user and the password of a URL.
 *
 * @param at - the offset of the colon of `://`
 * @param from - the offset after the last replaced part
 */
export function urlCredentialsAt(text: string, at: number, from: number): Hit | undefined {
	if (at === from || !isA(text, at - 1, ALNUM)) return undefined;
	const start = at + 3;
	let sign = -1;
	for (let here = start; here < text.length; here++) {
		const code = text.charCodeAt(here);
		// The last `@` of the authority ends the credentials: a password may contain one.
		if (code === 64) sign = here;
		// A slash, a blank, a quote, a bracket or a backslash ends the authority.
		else if (code <= 32 || code === 47 || code === 34 || code === 39 || code === 60 || code === 62 || code === 92)
			break;
	}
	return sign > start ? { start, end: sign } : undefined;
}

/**
 * Finds an AWS secret access key that covers the character at `at`. Such a key has no prefix: it is a run of exactly 40
 * characters of base64 with capitals, small letters and digits, and an entropy of at least 4.25 bits per character. A
 * digest in hexadecimal has no capitals, and a path has less entropy.
 */
export function awsSecretAround(text: string, at: number): Hit | undefined {
	const classes = ALNUM | BASE64;
	if (!isSecretCharacter(text, at)) return undefined;
	let start = at;
	while (at - start <= 40 && isSecretCharacter(text, start - 1) && !isEscape(text, start - 1)) start--;
	let end = at;
	while (end - start <= 40 && isSecretCharacter(text, end)) end++;
	if (end - start !== 40 || isA(text, end, classes | NAME) || isA(text, start - 1, UNDERSCORE)) return undefined;
	// A path continues after its dot; the dot at the end of a sentence is followed by a blank or nothing.
	if (text[end] === '.' && isA(text, end + 1, WORD)) return undefined;
	const key = text.slice(start, end);
	const mixed = /[a-z]/.test(key) && /[A-Z]/.test(key) && /[0-9]/.test(key);
	return mixed && entropy(key) >= 4.25 ? { start, end } : undefined;
}

/** Returns whether the character at `at` may be part of an AWS secret access key. */
function isSecretCharacter(text: string, at: number): boolean {
	return isA(text, at, ALNUM) || text[at] === '/' || text[at] === '+';
}

/** Returns the Shannon entropy of the text in bits per character. */
function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
	let bits = 0;
	for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
	return bits;
}

/** Returns whether the text has a digit between `from` and `to` (exclusive). */
function hasDigit(text: string, from: number, to: number): boolean {
	for (let at = from; at < to; at++) if (isA(text, at, DIGIT)) return true;
	return false;
}

/** Returns one number for the character at `at` and the one before it: the index of `BY_ENDING` if both are ASCII. */
function pairCode(text: string, at: number): number {
	return text.charCodeAt(at - 1) * 128 + text.charCodeAt(at);
}
