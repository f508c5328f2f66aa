import { cardAt } from './cards.js';
import { cryptAt, dottedKeyAt, jwtAt, pemAt, schemeAt, urlCredentialsAt } from './credentials.js';
import { REDACTED } from './marker.js';
import { elementTextAt, flagValueAt, namedSecretAt } from './named.js';
import { findInRuns, MIN_RUN } from './runs.js';
import { addHit, BROKEN, ENCODED, newScan, type Scan, scanWithin } from './scan.js';
import { type Hit, SHAPE_STOPS, shapeAt } from './shapes.js';
import { acrossLines, decode, inEncoded, inLines, isEncoded, isInvisible, joinLines } from './views.js';

/** A text with fewer characters contains nothing that can be recognized: the shortest secret is `pin=1`. */
const MIN_LENGTH = 5;

// What may be found at a character.
/** A digit: a card number, or a key with a digit in its prefix. */
const NUMBER = 1;
/** A character of a prefix, a hyphen, a J, a plus, a `>` or a dollar sign: another kind of secret. */
const OTHER = 2;
/** The beginning of an escape, such as the percent sign. */
const ESCAPE = 3;
/** A line break. */
const BREAK = 4;
/** A character beyond ASCII, which may not be visible. */
const BEYOND = 5;
// Characters from here on end a run of letters and digits.
/** A blank: credentials behind `Bearer`. */
const BLANK = 6;
/** A dot: a key with dots. */
const POINT = 7;
/** A colon or an equals sign: the value of a named secret, or the credentials of a URL. */
const NAMED = 8;

// Codes of characters.
const DOLLAR = 36;
const PLUS = 43;
const HYPHEN = 45;
const CLOSING = 62;
const CAPITAL_J = 74;

/** What may be found at each ASCII character by its code; 0 for those at which the scan does not stop. */
const STOPS = new Uint8Array(128);
for (const [characters, stop] of [
	[`${SHAPE_STOPS}-J+>$`, OTHER],
	['0123456789', NUMBER],
	[' ', BLANK],
	['.', POINT],
	[':=', NAMED],
	['%\\&', ESCAPE],
	['\n\r', BREAK],
] as const) {
	for (let at = 0; at < characters.length; at++) STOPS[characters.charCodeAt(at)] = stop;
}

/** The most passes over one text. A replacement can make its neighbour recognizable; no known text needs this many. */
const MAX_PASSES = 8;

/** How often base64 is decoded within base64. */
const MAX_DEPTH = 2;

/**
 * Replaces every secret in a text with the marker `[redacted]`. Returns the same text if it has none. The function is
 * idempotent: a redacted text is returned unchanged.
 *
 * @param isSecret - returns whether the name in `name=value` is that of a secret
 * @param card - whether the text is the value of a key that names a card: then a number needs no other word beside it
 * @returns the marker alone if the text still changes after 8 passes
 */
export function redactText(text: string, isSecret: (key: string) => boolean, card = false): string {
	if (text.length < MIN_LENGTH) return text;
	let redacted = redactOnce(newScan(text, isSecret, card));
	if (redacted === text) return text;
	// Further passes until nothing changes; nearly always the second one finds nothing.
	for (let passes = 1; passes < MAX_PASSES; passes++) {
		const again = redactOnce(newScan(redacted, isSecret, card));
		if (again === redacted) return keepJson(text, redacted);
		redacted = again;
	}
	return REDACTED;
}

/** Redacts the text of a scan, and what it contains in disguise, once. */
function redactOnce(scan: Scan): string {
	scanText(scan);
	const hits = scan.found === 0 ? scan.hits : withDisguised(scan);
	return hits === undefined ? scan.text : replaceHits(scan.text, hits);
}

/**
 * Returns the hits of a scan, and those that are found if escapes are decoded, characters that are not visible are
 * removed, and lines are joined.
 */
function withDisguised(scan: Scan): Hit[] | undefined {
	const { text, found, hits = [] } = scan;
	const all = [...hits];
	const decoded = (found & ENCODED) === 0 ? undefined : decode(text);
	if (decoded !== undefined) {
		const inside = scanText(scanWithin(scan, decoded.text));
		const across = (inside.found & BROKEN) === 0 ? [] : hitsAcrossLines(inside);
		all.push(...inEncoded(decoded, [...(inside.hits ?? []), ...across]));
	}
	if ((found & BROKEN) !== 0) all.push(...hitsAcrossLines(scan));
	return all.length === 0 ? undefined : all;
}

/** Returns the hits that line breaks divide. */
function hitsAcrossLines(scan: Scan): Hit[] {
	const lines = joinLines(scan.text);
	if (lines === undefined) return [];
	const joined = scanWithin(scan, lines.text);
	joined.joined = true;
	const { hits } = scanText(joined);
	return hits === undefined ? [] : inLines(lines, acrossLines(lines, hits.sort(byStart)));
}

const byStart = (a: Hit, b: Hit) => a.start - b.start;

/** Returns the text with the marker in place of the hits. Hits that overlap are replaced as one. */
function replaceHits(text: string, hits: Hit[]): string {
	let result = '';
	let from = 0;
	hits.sort(byStart);
	for (let at = 0; at < hits.length; ) {
		let hit = hits[at++] as Hit;
		for (let next = hits[at]; next !== undefined && next.start < hit.end; next = hits[++at]) hit = merged(hit, next);
		result += text.slice(from, hit.start) + (hit.text ?? REDACTED);
		from = hit.end;
	}
	return result + text.slice(from);
}

/** Returns one hit for two that overlap, of which `first` does not begin later. */
function merged(first: Hit, second: Hit): Hit {
	if (second.end <= first.end && (first.start < second.start || second.text === undefined)) return first;
	if (second.start === first.start && second.end >= first.end) return second;
	return { start: first.start, end: Math.max(first.end, second.end) };
}

/**
 * Searches a text in one pass from left to right, and then its long runs of letters and digits. The pass stops at few
 * characters, inspects from there a bounded number of characters or those that it then replaces, and never goes back.
 * Its time is therefore linear in the length of any text.
 */
function scanText(scan: Scan): Scan {
	const { text } = scan;
	const { length } = text;
	let runStart = 0;
	for (let at = 0; at < length; at++) {
		const code = text.charCodeAt(at);
		const stop = code < 128 ? (STOPS[code] ?? 0) : BEYOND;
		if (stop === 0) continue;
		if (stop >= BLANK) {
			if (at - runStart >= MIN_RUN) findInRuns(scan, runStart, at, hides);
			runStart = at + 1;
		}
		const hit = hitAt(scan, at, stop);
		if (typeof hit === 'number') at = hit;
		// A hit that begins within a replaced part is redacted already.
		else if (hit !== undefined && hit.start >= scan.from) {
			addHit(scan, hit);
			scan.from = hit.end;
			at = hit.end - 1;
		}
	}
	if (length - runStart >= MIN_RUN) findInRuns(scan, runStart, length, hides);
	return scan;
}

/**
 * Finds what is at a character at which the scan stops.
 *
 * @param stop - what may be there
 * @returns the offset of the last character of a number that is no secret, so that the scan continues behind it
 */
function hitAt(scan: Scan, at: number, stop: number): Hit | number | undefined {
	const { text, from, joined } = scan;
	switch (stop) {
		case NUMBER:
			return shapeAt(text, at, from, joined) ?? cardAt(text, at, from, scan.card);
		case BLANK:
			return schemeAt(text, at, from);
		case NAMED:
			return namedOrUrlAt(scan, at);
		case POINT:
			return shapeAt(text, at, from, joined) ?? dottedKeyAt(text, at, from);
		case OTHER:
			return otherAt(scan, at);
		case BREAK:
			scan.found |= BROKEN;
			return undefined;
		case BEYOND:
			if (isInvisible(text.charCodeAt(at))) scan.found |= ENCODED;
			return undefined;
		default:
			noteEscape(scan, at);
			return undefined;
	}
}

/** Notes that the text has an escape, or a line break as JSON writes it. */
function noteEscape(scan: Scan, at: number): void {
	const { text } = scan;
	if (isEncoded(text, at)) scan.found |= ENCODED;
	else if (text.charCodeAt(at) === 92 && 'nr'.includes(text[at + 1] ?? ' ')) scan.found |= BROKEN;
}

/** Returns whether a text that base64 in the text of a scan decodes to contains a secret. */
function hides(decoded: string, scan: Scan): boolean {
	if (scan.depth >= MAX_DEPTH) return false;
	const inside = scanWithin(scan, decoded);
	inside.depth = scan.depth + 1;
	return redactOnce(inside) !== decoded;
}

/** Returns `redacted`; the marker as a JSON text if the text was JSON and a replacement made it invalid. */
function keepJson(text: string, redacted: string): string {
	if (!'{["'.includes(text[0] ?? ' ') || !isJson(text) || isJson(redacted)) return redacted;
	return JSON.stringify(REDACTED);
}

/** Returns whether the text is valid JSON. */
function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** Finds what is at a colon or an equals sign: the credentials of a URL after `://`, else a secret name's value. */
function namedOrUrlAt(scan: Scan, at: number): Hit | undefined {
	const { text } = scan;
	if (text[at + 1] === '/' && text[at + 2] === '/' && text[at] === ':') {
		const hit = urlCredentialsAt(text, at, scan.from);
		return hit !== undefined && text.startsWith(REDACTED, hit.start) ? undefined : hit;
	}
	return namedSecretAt(scan, at);
}

/** Finds what is at a hyphen, a J, a plus, a `>`, a dollar sign, or another character of a prefix. */
function otherAt(scan: Scan, at: number): Hit | undefined {
	const { text, from, joined } = scan;
	switch (text.charCodeAt(at)) {
		case HYPHEN:
			if (text.charCodeAt(at + 1) !== HYPHEN) break;
			return pemAt(text, at) ?? shapeAt(text, at, from, joined) ?? flagValueAt(scan, at);
		case CAPITAL_J:
			return shapeAt(text, at, from, joined) ?? jwtAt(scan, at);
		// A form encodes a blank as a plus.
		case PLUS:
			return shapeAt(text, at, from, joined) ?? schemeAt(text, at, from);
		case CLOSING:
			return elementTextAt(scan, at);
		case DOLLAR:
			return cryptAt(text, at);
	}
	return shapeAt(text, at, from, joined);
}
