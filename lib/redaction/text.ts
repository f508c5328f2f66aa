import { cardAt } from './cards.js';
import { REDACTED } from './marker.js';
import { flagValueAt, namedSecretAt, type Scan } from './named.js';
import {
	awsSecretAround,
	type Hit,
	jwtAt,
	pemAt,
	SHAPE_ENDINGS,
	schemeAt,
	shapeAt,
	urlCredentialsAt,
} from './shapes.js';

/** A text with fewer characters contains nothing that can be recognized: the shortest secret is `pin=1`. */
const MIN_LENGTH = 5;

// What may be found at a character.
/** A digit: a card number. */
const NUMBER = 1;
/** A colon or an equals sign: the value of a named secret, or the credentials of a URL. */
const NAMED = 2;
/** The last character of a prefix, a hyphen, a J or a blank: another kind of secret. */
const OTHER = 3;

/** What may be found at each ASCII character by its code; 0 for those at which the scan does not stop. */
const STOPS = new Uint8Array(128);
for (const character of `${SHAPE_ENDINGS}-J `) STOPS[character.charCodeAt(0)] = OTHER;
for (const character of '0123456789') STOPS[character.charCodeAt(0)] = NUMBER;
for (const character of ':=') STOPS[character.charCodeAt(0)] = NAMED;

/** The most passes over one text. A replacement can make its neighbour recognizable; no known text needs this many. */
const MAX_PASSES = 8;

/**
 * Replaces every secret in a text with the marker `[redacted]`. Returns the same text if it has none. The function is
 * idempotent: a redacted text is returned unchanged.
 *
 * @param isSecret - returns whether the name in `name=value` is that of a secret
 * @returns the marker alone if the text still changes after 8 passes
 */
export function redactText(text: string, isSecret: (key: string) => boolean): string {
	if (text.length < MIN_LENGTH) return text;
	let redacted = redactOnce(text, isSecret);
	if (redacted === text) return text;
	// Further passes until nothing changes; nearly always the second one finds nothing.
	for (let passes = 1; passes < MAX_PASSES; passes++) {
		const again = redactOnce(redacted, isSecret);
		if (again === redacted) return keepJson(text, redacted);
		redacted = again;
	}
	return REDACTED;
}

/**
 * Redacts a text in one pass from left to right. The pass stops at few characters, inspects from there a fixed number
 * of characters or those that it then replaces, and never goes back. Its time is therefore linear in the length of any
 * text.
 */
function redactOnce(text: string, isSecret: (key: string) => boolean): string {
	const { length } = text;
	let result = '';
	const scan: Scan = { text, from: 0, unclosed: undefined, isSecret };
	for (let at = 0; at < length; at++) {
		const code = text.charCodeAt(at);
		const stop = code < 128 ? STOPS[code] : 0;
		if (stop === 0) continue;
		let hit: Hit | undefined;
		if (stop === NUMBER) {
			const search = cardAt(text, at, scan.from);
			if ('resumeAt' in search) {
				at = search.resumeAt - 1;
				continue;
			}
			hit = search.hit;
		} else hit = stop === NAMED ? namedOrUrlAt(scan, at) : otherAt(scan, at, code);
		// A hit that begins within a replaced part is redacted already.
		if (hit === undefined || hit.start < scan.from) continue;
		result += text.slice(scan.from, hit.start) + (hit.text ?? REDACTED);
		scan.from = hit.end;
		at = hit.end - 1;
	}
	const redacted = scan.from === 0 ? text : result + text.slice(scan.from);
	// AWS secret access keys have no prefix to stop at, and are found by a separate pass.
	return redacted.length < 40 ? redacted : redactAwsSecrets(redacted);
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

/** Finds what is at a blank (code 32), a hyphen (45), a J (74), or the end of a prefix. */
function otherAt(scan: Scan, at: number, code: number): Hit | undefined {
	const { text, from } = scan;
	if (code === 32) return schemeAt(text, at, from);
	if (code === 45) {
		const twice = text.charCodeAt(at + 1) === 45;
		return (
			(twice ? pemAt(text, at) : undefined) ?? shapeAt(text, at, from) ?? (twice ? flagValueAt(scan, at) : undefined)
		);
	}
	return (code === 74 ? jwtAt(text, at, from) : undefined) ?? shapeAt(text, at, from);
}

/** Redacts AWS secret access keys. They have 40 characters, so that inspecting every 40th character finds them all. */
function redactAwsSecrets(text: string): string {
	let result = '';
	let from = 0;
	for (let at = 39; at < text.length + 39; at += 40) {
		const hit = awsSecretAround(text, Math.min(at, text.length - 1));
		if (hit === undefined || hit.start < from) continue;
		result += text.slice(from, hit.start) + REDACTED;
		from = hit.end;
	}
	return from === 0 ? text : result + text.slice(from);
}
