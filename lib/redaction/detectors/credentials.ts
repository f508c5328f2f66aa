import { ALNUM, BASE64, beginsKey, CREDENTIAL, isA, looksRandom, NAME, runEnd, runStart } from './characters.js';
import type { Scan } from './scan.js';
import type { Hit } from './shapes.js';

/**
 * Finds a JSON Web Token. Its header begins with `{"`, which is `eyJ` in base64.
 *
 * @param scan - the scan that has reached the J of `eyJ` at `at`
 */
export function jwtAt(scan: Scan, at: number): Hit | undefined {
	const { text, from } = scan;
	const start = at - 2;
	if (!text.startsWith('eyJ', start) || !beginsKey(text, start, from)) return undefined;
	if (at >= scan.runEnd) scan.runEnd = runEnd(text, at, NAME);
	let end = scan.runEnd;
	if (end - start < 8 || text[end] !== '.') return undefined;
	const payload = end + 1;
	end = runEnd(text, payload, NAME);
	if (end - payload < 8) return undefined;
	// A signature follows, or the remaining parts of an encrypted token, some of which may be empty.
	while (text[end] === '.' && (isA(text, end + 1, NAME) || text[end + 1] === '.')) end = runEnd(text, end + 1, NAME);
	return { start, end };
}

/**
 * Finds a key whose parts are separated by dots: a bot's of Discord, with parts of 24, 6 and 27 characters or more, or
 * one of Airtable, `pat` with 14 letters and digits before the dot and 64 behind it.
 *
 * @param at - the offset of the first dot
 * @param from - the offset after the last replaced part
 */
export function dottedKeyAt(text: string, at: number, from: number): Hit | undefined {
	if (text.charCodeAt(at + 7) === 46) return discordKeyAt(text, at, from);
	if (text.charCodeAt(at - 17) !== 112 || !text.startsWith('pat', at - 17) || at - 17 < from) return undefined;
	const end = runEnd(text, at + 1, ALNUM, at + 66);
	return end - at === 65 && beginsKey(text, at - 17, from) ? { start: at - 17, end, exact: true } : undefined;
}

/** Finds a bot's key of Discord by its first dot; another one follows six characters later. */
function discordKeyAt(text: string, at: number, from: number): Hit | undefined {
	const start = runStart(text, at, NAME, Math.max(from, at - 29));
	const end = runEnd(text, at + 8, NAME, at + 48);
	if (at - start < 24 || at - start > 28 || end - at < 35 || runEnd(text, at + 1, NAME, at + 8) !== at + 7)
		return undefined;
	return looksRandom(text, start, at) && looksRandom(text, at + 8, end) ? { start, end } : undefined;
}

/** The beginnings of hashed passwords in the format of `crypt`. */
const CRYPT = /^\$(?:[1567y]|2[abxy]?|apr1|sha1|md5|argon2(?:id?|d)|g?y|scrypt|pbkdf2(?:-\w{1,6})?)\$/;

/** The fewest characters of a hashed password. */
const MIN_CRYPT = 20;

/**
 * Finds a hashed password, such as `$2b$12$…` or `$argon2id$…`.
 *
 * @param at - the offset of its first `$`
 */
export function cryptAt(text: string, at: number): Hit | undefined {
	if (!CRYPT.test(text.slice(at, at + 20))) return undefined;
	let end = at + 1;
	while (isA(text, end, ALNUM | BASE64) || '$.,-'.includes(text[end] ?? ' ')) end++;
	while (text[end - 1] === '.' || text[end - 1] === ',') end--;
	return end - at < MIN_CRYPT ? undefined : { start: at, end };
}

/** Words that may follow `Bearer` in a sentence and are not credentials. */
const PROSE =
	/^(?:tokens?|auth|authentication|authori[sz]ation|certificates?|credentials?|security|scheme|format|headers?|requests?|instruments?)$/i;

/** The most characters after `Basic` that decide whether they are credentials: those of a user's name. */
const DECISIVE = 256;

/**
 * Finds the credentials after the word `Bearer` or `Basic`, in any case.
 *
 * @param at - the offset of the blank after the word, or of the `+` that a form encodes it as
 * @param from - the offset after the last replaced part
 */
export function schemeAt(text: string, at: number, from: number): Hit | undefined {
	// The last letter, in lower case, must be the r of `bearer` or the c of `basic`.
	const last = text.charCodeAt(at - 1) | 32;
	if (last !== 114 && last !== 99) return undefined;
	const bearer = endsWithWord(text, at, 'bearer', from);
	if (!bearer && !endsWithWord(text, at, 'basic', from)) return undefined;
	let start = at;
	while (start < at + 4 && (text[start] === ' ' || text[start] === '+')) start++;
	if (bearer) {
		let end = runEnd(text, start, CREDENTIAL, start + 20);
		if (end - start < 6 || PROSE.test(text.slice(start, end))) return undefined;
		end = runEnd(text, end, CREDENTIAL);
		while (text[end - 1] === '.') end--;
		return { start, end };
	}
	// Basic credentials decode to a text with a colon. What follows the word "basic" in a sentence does not.
	const base64 = runEnd(text, start, ALNUM | BASE64, start + DECISIVE);
	if (base64 - start < 4) return undefined;
	const [user, password] = Buffer.from(text.slice(start, base64), 'base64').toString('latin1').split(':', 2);
	if (password === undefined || !/^[\x20-\x7e\xa0-\xff]*$/.test(user ?? '')) return undefined;
	return { start, end: runEnd(text, base64, CREDENTIAL) };
}

/** Returns whether `word`, given in lower case, ends at `end` in any case, and begins where a word may begin. */
function endsWithWord(text: string, end: number, word: string, from: number): boolean {
	const start = end - word.length;
	if (start < 0) return false;
	for (let at = word.length - 1; at >= 0; at--) {
		if ((text.charCodeAt(start + at) | 32) !== word.charCodeAt(at)) return false;
	}
	return beginsKey(text, start, from);
}

/**
 * Finds a private key in PEM. If its end line is missing, the hit covers the rest of the text.
 *
 * @param at - the offset of the first hyphen
 */
export function pemAt(text: string, at: number): Hit | undefined {
	if (!text.startsWith('-----BEGIN', at)) return undefined;
	// The label of a PEM block has 64 characters at most, so that the search does not read the rest of the text. A form
	// encodes its blanks as `+`.
	const head = text.slice(at + 10, at + 75).replaceAll('+', ' ');
	const close = head.indexOf('-----');
	if (close === -1 || !head.slice(0, close).includes('PRIVATE KEY')) return undefined;
	const last = text.indexOf('-----END', at + 10 + close);
	const end = last === -1 ? -1 : text.slice(last + 8, last + 73).indexOf('-----');
	return { start: at, end: end === -1 ? text.length : last + 8 + end + 5 };
}

/** The most characters of a host and its port. */
const MAX_HOST = 262;

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
		// A question mark or a hash after a host ends it too. A password may contain both.
		else if ((code === 63 || code === 35) && sign === -1 && isHost(text, start, here)) break;
	}
	return sign > start ? { start, end: sign } : undefined;
}

/** Returns whether a part of a text is a host, with or without a port. */
function isHost(text: string, start: number, end: number): boolean {
	return end - start <= MAX_HOST && /^[\w.-]+(?::\d+)?$/.test(text.slice(start, end));
}
