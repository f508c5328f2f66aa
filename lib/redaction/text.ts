import { cardAt } from './cards.js';
import { REDACTED } from './marker.js';
import { flagAt, namedAt, type Scan } from './named.js';
import { awsSecretAround, type Hit, jwtAt, pemAt, SHAPE_ENDINGS, schemeAt, shapeAt, userOfUrlAt } from './shapes.js';

/** A shorter text holds no secret that could be told from other texts: the shortest is `pin=1`. */
const MIN_LENGTH = 5;

const NUMBER = 1;
const NAMED = 2;
const OTHER = 3;

/** The characters at which something may stand, and what; at all others a scan does not stop. */
const STOPS = new Uint8Array(128);
for (const character of `${SHAPE_ENDINGS}-J `) STOPS[character.charCodeAt(0)] = OTHER;
for (const character of '0123456789') STOPS[character.charCodeAt(0)] = NUMBER;
for (const character of ':=') STOPS[character.charCodeAt(0)] = NAMED;

/** What one look hides may free what stands beside it; more looks than this no text is known to need. */
const MAX_LOOKS = 8;

/**
 * The text with every secret in it replaced by `[redacted]`; the same text where there is none. A text that was looked
 * at has nothing more to lose.
 *
 * @param isSecret - whether the name in `name=value` is that of a secret
 */
export function withoutShapes(text: string, isSecret: (key: string) => boolean): string {
	if (text.length < MIN_LENGTH) return text;
	let clean = looked(text, isSecret);
	if (clean === text) return text;
	for (let looks = 1; looks < MAX_LOOKS; looks++) {
		const again = looked(clean, isSecret);
		if (again === clean) return stillJson(text, clean);
		clean = again;
	}
	return REDACTED;
}

/**
 * One pass from left to right: it stops at few characters, looks back and forward from there by fixed amounts or over
 * what it then replaces, and never comes back. So the time grows with the length alone, whatever the text.
 */
function looked(text: string, isSecret: (key: string) => boolean): string {
	const { length } = text;
	let result = '';
	const scan: Scan = { text, from: 0, unclosed: undefined, isSecret };
	for (let at = 0; at < length; at++) {
		const code = text.charCodeAt(at);
		const stop = code < 128 ? STOPS[code] : 0;
		if (stop === 0) continue;
		let hit: Hit | undefined;
		if (stop === NUMBER) {
			const look = cardAt(text, at, scan.from);
			if ('past' in look) {
				at = look.past - 1;
				continue;
			}
			hit = look.hit;
		} else hit = stop === NAMED ? namedOrUrlAt(scan, at) : otherAt(scan, at, code);
		if (hit === undefined || hit.start < scan.from) continue;
		result += text.slice(scan.from, hit.start) + (hit.text ?? REDACTED);
		scan.from = hit.end;
		at = hit.end - 1;
	}
	const whole = scan.from === 0 ? text : result + text.slice(scan.from);
	return whole.length < 40 ? whole : withoutAwsSecrets(whole);
}

/** What was JSON is JSON still: where a value that was hidden went beyond its text, all is hidden. */
function stillJson(text: string, clean: string): string {
	if (!'{["'.includes(text[0] ?? ' ') || !isJson(text) || isJson(clean)) return clean;
	return JSON.stringify(REDACTED);
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

function namedOrUrlAt(scan: Scan, at: number): Hit | undefined {
	const { text } = scan;
	if (text[at + 1] === '/' && text[at + 2] === '/' && text[at] === ':') {
		const hit = userOfUrlAt(text, at, scan.from);
		return hit !== undefined && text.startsWith(REDACTED, hit.start) ? undefined : hit;
	}
	return namedAt(scan, at);
}

function otherAt(scan: Scan, at: number, code: number): Hit | undefined {
	const { text, from } = scan;
	if (code === 32) return schemeAt(text, at, from);
	if (code === 45) {
		const twice = text.charCodeAt(at + 1) === 45;
		return (twice ? pemAt(text, at) : undefined) ?? shapeAt(text, at, from) ?? (twice ? flagAt(scan, at) : undefined);
	}
	return (code === 74 ? jwtAt(text, at, from) : undefined) ?? shapeAt(text, at, from);
}

/** Whatever is 40 characters long covers one place in 40. */
function withoutAwsSecrets(text: string): string {
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
