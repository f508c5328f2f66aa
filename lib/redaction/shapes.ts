import {
	BASE64,
	begins,
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

/** A piece of a text that is to be hidden: from, to, and what stands there instead if it is not the marker alone. */
export interface Hit {
	readonly start: number;
	readonly end: number;
	readonly text?: string;
}

const ALNUM = DIGIT | LETTER;
const NAME = WORD | HYPHEN;
const CREDENTIAL = WORD | HYPHEN | DOT | BASE64;

/** A key whose beginning gives it away: what follows, and at least how much of it. */
interface Shape {
	readonly prefix: string;
	readonly classes: number;
	readonly min: number;
	/** True where the beginning is so short that words end like it: `risk-`. */
	readonly apart?: boolean;
}

const shape = (classes: number, min: number, prefixes: string, apart = false): Shape[] =>
	prefixes.split(' ').map((prefix) => ({ prefix, classes, min, apart }));

/** The well-known providers' keys, by the documentation of each. */
const SHAPES: readonly Shape[] = [
	...shape(NAME | STAR, 8, 'sk-ant- sk-proj- sk-or- sk-lf- sk-svcacct-'),
	...shape(NAME | STAR, 16, 'sk-', true),
	...shape(NAME, 16, 'glpat- xapp- tvly- nvapi- GOCSPX- PMAK- pypi- AGE-SECRET-KEY-'),
	...shape(NAME, 10, 'xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs-'),
	...shape(ALNUM, 20, 'xai- pplx- NRAK-', true),
	...shape(ALNUM, 16, 'ghp_ gho_ ghu_ ghs_ ghr_'),
	...shape(WORD, 16, 'github_pat_ lsv2_pt_ lsv2_sk_'),
	...shape(ALNUM, 10, 'sk_live_ sk_test_ rk_live_ rk_test_'),
	...shape(ALNUM, 20, 'npm_ whsec_ shpat_ shpss_ shppa_ shpca_ dop_v1_ doo_v1_ lin_api_'),
	...shape(ALNUM, 20, 'hf_ gsk_ r8_ ntn_ sbp_ e2b_ fw_', true),
	...shape(NAME, 16, 'sb_secret_ pcsk_'),
	...shape(ALNUM, 32, 'sk_', true),
	...shape(NAME | DOT, 20, 'SG. ya29. hvs. hvb.', true),
	...shape(ALNUM, 16, 'AKIA ASIA ABIA'),
	// Google's `AIza`: at its z, for an a is met too often.
	...shape(NAME, 21, 'AIz'),
];

/** The shapes by the last two characters of their beginning, so that most places of a text are passed by at once. */
const BY_ENDING: (Shape[] | undefined)[] = new Array(128 * 128).fill(undefined);
for (const one of SHAPES) {
	const ending = pair(one.prefix, one.prefix.length - 1);
	BY_ENDING[ending] = [...(BY_ENDING[ending] ?? []), one];
}

/** The last characters of all beginnings: where a scan stops to look. */
export const SHAPE_ENDINGS = [...new Set(SHAPES.map(({ prefix }) => prefix.at(-1) ?? ''))].join('');

/** The key whose beginning ends at that place. */
export function shapeAt(text: string, at: number, from: number): Hit | undefined {
	const shapes = BY_ENDING[pair(text, at)];
	if (shapes === undefined) return undefined;
	for (const { prefix, classes, min, apart } of shapes) {
		const start = at - prefix.length + 1;
		if (start < 0 || !text.startsWith(prefix, start) || (apart === true && !begins(text, start, from))) continue;
		const end = runEnd(text, at + 1, classes);
		const length = end - at - 1;
		if (length >= min || (prefix === 'sk-' && length >= 8 && hasDigit(text, at + 1, end))) return { start, end };
	}
	return undefined;
}

/** A JSON Web Token, whose header begins with `{"`; `at` is the J of `eyJ`. */
export function jwtAt(text: string, at: number, from: number): Hit | undefined {
	const start = at - 2;
	if (!text.startsWith('eyJ', start) || !begins(text, start, from)) return undefined;
	let end = runEnd(text, at, NAME);
	if (end - start < 8 || text[end] !== '.') return undefined;
	const payload = end + 1;
	end = runEnd(text, payload, NAME);
	if (end - payload < 8) return undefined;
	while (text[end] === '.' && (isA(text, end + 1, NAME) || text[end + 1] === '.')) end = runEnd(text, end + 1, NAME);
	return { start, end };
}

/** What may stand behind `Bearer` in a sentence. */
const PROSE =
	/^(?:tokens?|auth|authentication|authori[sz]ation|certificates?|credentials?|security|scheme|format|headers?|requests?|instruments?)$/i;

/** The credentials behind `Bearer` or `Basic`; `at` is the space behind it. */
export function schemeAt(text: string, at: number, from: number): Hit | undefined {
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
	// Basic credentials hold a colon; what follows `basic` in a sentence does not.
	const base64 = runEnd(text, start, ALNUM | BASE64);
	if (base64 - start < 4) return undefined;
	const [user, password] = Buffer.from(text.slice(start, Math.min(base64, start + 4096)), 'base64')
		.toString('latin1')
		.split(':', 2);
	return password !== undefined && /^[\x20-\x7e\xa0-\xff]*$/.test(user ?? '') ? { start, end } : undefined;
}

function endsWithWord(text: string, end: number, word: string, from: number): boolean {
	const start = end - word.length;
	if (start < 0) return false;
	for (let at = word.length - 1; at >= 0; at--) {
		if ((text.charCodeAt(start + at) | 32) !== word.charCodeAt(at)) return false;
	}
	return begins(text, start, from);
}

/** A private key in PEM; `at` is the first hyphen. Where its end is missing, all that follows is hidden. */
export function pemAt(text: string, at: number): Hit | undefined {
	if (!text.startsWith('-----BEGIN ', at)) return undefined;
	const head = text.slice(at + 11, at + 75);
	const close = head.indexOf('-----');
	if (close === -1 || !head.slice(0, close).includes('PRIVATE KEY')) return undefined;
	const last = text.indexOf('-----END ', at + 11 + close);
	const end = last === -1 ? -1 : text.slice(last + 9, last + 73).indexOf('-----');
	return { start: at, end: end === -1 ? text.length : last + 9 + end + 5 };
}

/** The user and the password of a URL; `at` is the colon of `://`. */
export function userOfUrlAt(text: string, at: number, from: number): Hit | undefined {
	if (at === from || !isA(text, at - 1, ALNUM)) return undefined;
	const start = at + 3;
	let sign = -1;
	for (let here = start; here < text.length; here++) {
		const code = text.charCodeAt(here);
		if (code === 64) sign = here;
		// A slash, a blank, a quote, a bracket or a backslash ends the authority.
		else if (code <= 32 || code === 47 || code === 34 || code === 39 || code === 60 || code === 62 || code === 92)
			break;
	}
	return sign > start ? { start, end: sign } : undefined;
}

/**
 * An AWS secret key has no beginning of its own: it is a run of exactly 40 characters of base64, of all kinds and in no
 * order. A digest in hexadecimal has no capitals, and a path has fewer different ones.
 */
export function awsSecretAround(text: string, at: number): Hit | undefined {
	const classes = ALNUM | BASE64;
	if (!isSecretCharacter(text, at)) return undefined;
	let start = at;
	while (at - start <= 40 && isSecretCharacter(text, start - 1) && !isEscape(text, start - 1)) start--;
	let end = at;
	while (end - start <= 40 && isSecretCharacter(text, end)) end++;
	if (end - start !== 40 || isA(text, end, classes | NAME) || isA(text, start - 1, UNDERSCORE)) return undefined;
	// A path goes on behind its dot; a sentence ends there.
	if (text[end] === '.' && isA(text, end + 1, WORD)) return undefined;
	const key = text.slice(start, end);
	const mixed = /[a-z]/.test(key) && /[A-Z]/.test(key) && /[0-9]/.test(key);
	return mixed && entropy(key) >= 4.25 ? { start, end } : undefined;
}

function isSecretCharacter(text: string, at: number): boolean {
	return isA(text, at, ALNUM) || text[at] === '/' || text[at] === '+';
}

function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
	let bits = 0;
	for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
	return bits;
}

function hasDigit(text: string, from: number, to: number): boolean {
	for (let at = from; at < to; at++) if (isA(text, at, DIGIT)) return true;
	return false;
}

function pair(text: string, at: number): number {
	return text.charCodeAt(at - 1) * 128 + text.charCodeAt(at);
}
