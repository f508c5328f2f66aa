import { ALNUM, BASE64, isA, isEscape, NAME, RUN, runEnd } from './characters.js';
import { addHit, type Scan } from './scan.js';
import { type Hit, runShapeAt } from './shapes.js';
import { wordSet, wordsOf } from './words.js';

/** The fewest characters of a run that is inspected. Looking at every 20th character of a text finds every such run. */
export const MIN_RUN = 20;

/** The fewest characters of a part of a run that is inspected: those of `-us12` of a key behind which no more follow. */
const MIN_PART = 3;

/** The most characters of base64 that are decoded: 4 KiB of text. */
const MAX_BASE64 = 5464;

/** How many characters of base64 decide whether it is a text, and how many places of a run it may begin at. */
const [PROBE, MAX_STARTS] = [20, 8];

/** Words beside which 40 characters of base64 are a secret key of AWS, or of a service with its interface. */
const AWS_WORDS = wordSet('aws secret secrets secretkey accesskey secretaccesskey credential credentials minio');

/** How many characters before and after such characters are searched for these words. */
const [BEFORE, AFTER] = [48, 24];

/**
 * Finds the secrets in a part of a text that have no character at which a scan stops: long runs of letters, digits and
 * signs. They are keys with a prefix of letters, secret keys of AWS, and texts in base64 that contain a secret.
 *
 * @param from - where the part begins: no run begins before it
 * @param to - where it ends
 * @param hidesIn - returns whether a text that was decoded in a scan contains a secret
 */
export function findInRuns(scan: Scan, from: number, to: number, hidesIn: HidesIn): void {
	const { text } = scan;
	let done = from;
	for (let at = from + MIN_RUN - 1; at < to; at += MIN_RUN) {
		if (at < done || !isA(text, at, RUN)) continue;
		let start = at;
		while (start > done && isA(text, start - 1, RUN)) start--;
		const end = runEnd(text, at + 1, RUN, to);
		done = end;
		// The letter of an escape in JSON text is not part of the run.
		if (isEscape(text, start)) start++;
		const hit = end - start < MIN_RUN ? undefined : secretIn(scan, start, end, hidesIn);
		if (hit !== undefined) addHit(scan, hit);
	}
}

/** Returns whether a text that was decoded in a scan contains a secret. */
type HidesIn = (decoded: string, scan: Scan) => boolean;

/** Finds a secret that begins a run, or a part of it behind one of `_ - + /`. */
function secretIn(scan: Scan, runStart: number, end: number, hidesIn: HidesIn): Hit | undefined {
	const { text } = scan;
	let starts = 0;
	let wordEnd = runStart;
	for (let start = runStart; end - start >= MIN_PART; start++) {
		if (!isA(text, start, ALNUM) || (start > runStart && isA(text, start - 1, ALNUM))) continue;
		if (start >= wordEnd) wordEnd = runEnd(text, start, ALNUM | BASE64, end);
		const hit = runShapeAt(text, start, runStart) ?? awsSecretAt(text, start, wordEnd);
		if (hit !== undefined) return hit;
		if (starts++ >= MAX_STARTS || end - start < PROBE || !beginsText(text, start)) continue;
		starts = MAX_STARTS;
		const decoded = Buffer.from(text.slice(start, Math.min(end, start + MAX_BASE64)), 'base64').toString('latin1');
		if (hidesIn(decoded, scan)) return { start, end: runEnd(text, end, BASE64, end + 2) };
	}
	return undefined;
}

/**
 * Finds an AWS secret access key at a part of a run. Such a key has no prefix: it is 40 characters of base64 with
 * capitals, small letters and digits, and an entropy of at least 4.25 bits per character. Ids look alike, so that a word
 * beside it must name it.
 *
 * @param wordEnd - the end of the letters, digits, `+` and `/` at `start`
 */
function awsSecretAt(text: string, start: number, wordEnd: number): Hit | undefined {
	const end = start + 40;
	if (end > wordEnd || (end < wordEnd && text[end] !== '/')) return undefined;
	// A path continues after its dot; the dot at the end of a sentence is followed by a blank or nothing.
	if (text[start - 1] === '+' || (text[end] === '.' && isA(text, end + 1, NAME))) return undefined;
	return isAwsSecret(text.slice(start, end)) && isNamedAws(text, start, end) ? { start, end } : undefined;
}

/** Returns whether 40 characters may be a secret key of AWS. */
function isAwsSecret(key: string): boolean {
	if (!/[a-z]/.test(key) || !/[A-Z]/.test(key) || !/\d/.test(key)) return false;
	// Fewer than 20 different characters have less entropy.
	return new Set(key).size >= 20 && entropy(key) >= 4.25;
}

/** Returns whether a word beside a part of a text names a secret key of AWS. */
function isNamedAws(text: string, start: number, end: number): boolean {
	const beside = `${text.slice(Math.max(0, start - BEFORE), start)} ${text.slice(end, end + AFTER)}`;
	return /A(?:KIA|SIA)/.test(beside) || wordsOf(beside).some((word) => AWS_WORDS.has(word));
}

/** Returns the Shannon entropy of the text in bits per character. */
function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
	let bits = 0;
	for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
	return bits;
}

/** Returns whether the base64 at `start` decodes to the beginning of a text in ASCII. */
function beginsText(text: string, start: number): boolean {
	// The first of four characters holds the upper six bits of a byte: those of ASCII are `I` to `Z` and `a` to `f`.
	for (let at = start; at < start + 12; at += 4) {
		const code = text.charCodeAt(at);
		if (!((code >= 73 && code <= 90) || (code >= 97 && code <= 102))) return false;
	}
	const decoded = Buffer.from(text.slice(start, start + PROBE), 'base64').toString('latin1');
	return /^[\t\n\r\x20-\x7e]+$/.test(decoded);
}
