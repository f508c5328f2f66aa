import { DOT, HYPHEN, isA, isEscape, runEnd, WORD } from './characters.js';
import { REDACTED } from './marker.js';
import { type Hit, schemeAt } from './shapes.js';

const NAME = WORD | HYPHEN | DOT;

const SPACE = 32;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;
const CLOSING = 93;

/** The longest name that is looked at. */
const MAX_NAME = 80;

/** Between a name, its colon and its value there are no more blanks than this. */
const MAX_BLANKS = 8;

/** Headers whose value is the rest of the line. */
const LINES = /(?:^|[._-])(?:set-?)?cookie$/i;

/** What a value may be without being a secret. */
const NO_SECRET = /^(?:true|false|null|undefined|none|nil)$/i;

/** What one scan of one text remembers. */
export interface Scan {
	readonly text: string;
	/** Where what is not replaced yet begins. */
	from: number;
	/** The brackets and quotes that never close: the rest of the text is not searched for them again. */
	unclosed: Set<string> | undefined;
	readonly isSecret: (key: string) => boolean;
}

/** How a name stands: in quotes of a JSON text, which may itself stand in one with so many backslashes, or bare. */
interface Name {
	readonly word: string;
	readonly quote: string;
}

/** The value of a secret name, `password=…` or `"api_key": "…"`; `at` is the colon or the equals sign. */
export function namedAt(scan: Scan, at: number): Hit | undefined {
	const name = nameBefore(scan, at);
	if (name === undefined || !scan.isSecret(name.word)) return undefined;
	const { text } = scan;
	let start = at + 1;
	while (start < at + 3 && (text[start] === '=' || text[start] === '>')) start++;
	return valueAt(scan, afterBlanks(text, start), name);
}

/** The value behind a flag of a command line, `--api-key …`; `at` is its first hyphen. */
export function flagAt(scan: Scan, at: number): Hit | undefined {
	const { text, isSecret, from } = scan;
	if (text[at + 1] !== '-' || (at > from && isA(text, at - 1, NAME))) return undefined;
	const end = runEnd(text.slice(0, at + 2 + MAX_NAME), at + 2, WORD | HYPHEN);
	if (text[end] !== ' ' || text[end + 1] === '-' || !isSecret(text.slice(at + 2, end))) return undefined;
	return valueAt(scan, end + 1, { word: text.slice(at + 2, end), quote: '' });
}

function nameBefore({ text, from }: Scan, at: number): Name | undefined {
	let end = at;
	while (end > from && at - end < MAX_BLANKS && text.charCodeAt(end - 1) === SPACE) end--;
	if (end === from) return undefined;
	let quote = '';
	const last = text.charCodeAt(end - 1);
	if (last === DOUBLE || last === SINGLE) {
		const close = end;
		end--;
		while (end > from && close - end < MAX_BLANKS && text.charCodeAt(end - 1) === BACKSLASH) end--;
		quote = text.slice(end, close);
	} else if (last === CLOSING) end--;
	let start = end;
	while (start > from && end - start < MAX_NAME && isA(text, start - 1, NAME)) start--;
	// What was escaped in a text of JSON is no part of the name: `\nPassword: …`.
	if (isEscape(text, start)) start++;
	// The shortest names of secrets have three letters; a name of digits is a line of a stack.
	return end - start < 3 ? undefined : { word: text.slice(start, end), quote };
}

function afterBlanks(text: string, from: number): number {
	let at = from;
	while (at - from < MAX_BLANKS && (text[at] === ' ' || text[at] === '\t')) at++;
	return at;
}

function valueAt(scan: Scan, start: number, name: Name): Hit | undefined {
	const { text } = scan;
	if (text.startsWith(REDACTED, start)) return undefined;
	let open = start;
	while (open - start < MAX_BLANKS && text[open] === '\\') open++;
	const mark = text[open] ?? '';
	if (mark !== '' && '"\'`'.includes(mark)) {
		const close = closingQuote(scan, open, open - start);
		if (close !== -1) return quoted(text, open + 1, close);
		// It closes the text that the name itself stands in, or nothing does.
		return name.quote === '' && endsHere(text, open) ? undefined : bare(scan, open + 1, name);
	}
	if (mark === '{' || mark === '[') {
		const end = closingBracket(scan, open);
		if (end !== -1) return { start, end, text: `${name.quote}${REDACTED}${name.quote}` };
	}
	return bare(scan, start, name);
}

function bare(scan: Scan, start: number, name: Name): Hit | undefined {
	const { text } = scan;
	const end = bareEnd(scan, start, name);
	const value = text.slice(start, Math.min(end, start + 16));
	if (end === start || text.startsWith(REDACTED, start)) return undefined;
	if (!/[^\p{P}\s]/u.test(value) || NO_SECRET.test(value)) return undefined;
	return { start, end, text: `${name.quote}${REDACTED}${name.quote}` };
}

/** In quotes: what is hidden stands between them, so that JSON stays JSON. */
function quoted(text: string, start: number, close: number): Hit | undefined {
	if (close <= start || text.startsWith(REDACTED, start)) return undefined;
	return NO_SECRET.test(text.slice(start, Math.min(close, start + 16))) ? undefined : { start, end: close };
}

/** True where a quote is followed by what follows the end of a text in JSON. */
function endsHere(text: string, at: number): boolean {
	const next = text[at + 1];
	return next === undefined || ',}]:\r\n\\'.includes(next);
}

/** Where the text in quotes ends, its backslashes excluded; -1 where it does not, or the quote itself ends one. */
function closingQuote(scan: Scan, open: number, escapes: number): number {
	const { text } = scan;
	const mark = text[open];
	const kind = `${escapes}${mark}`;
	if (scan.unclosed?.has(kind) === true || endsHere(text, open)) return -1;
	// A quote that closes has as many backslashes as the one that opened, beside pairs that stand for themselves.
	const cycle = 2 * (escapes + 1);
	let slashes = 0;
	for (let at = open + 1; at < text.length; at++) {
		if (text[at] === '\\') slashes++;
		else {
			if (text[at] === mark && (slashes + 1) % cycle === (escapes + 1) % cycle) return at - escapes;
			slashes = 0;
		}
	}
	neverCloses(scan, kind);
	return -1;
}

function bareEnd({ text, from }: Scan, start: number, name: Name): number {
	if (name.quote === '' && LINES.test(name.word)) {
		let end = start;
		while (end < text.length && !'\r\n"\'`\\'.includes(text[end] ?? '')) end++;
		return end;
	}
	let end = wordEnd(text, start);
	// `Authorization: Bearer …` and other schemes: the credentials are the next word.
	const scheme = text.slice(start, Math.min(end, start + 16));
	if (/^(?:bearer|basic|token|apikey|digest|negotiate)$/i.test(scheme) && text[end] === ' ') {
		end = schemeAt(text, end, from)?.end ?? wordEnd(text, end + 1);
	}
	return end;
}

function wordEnd(text: string, start: number): number {
	let end = start;
	while (end < text.length && !' \t\r\n,;&"\'`<>)]}|\\'.includes(text[end] ?? '')) end++;
	return end;
}

/** Behind the bracket that closes the one there; -1 where none does. */
function closingBracket(scan: Scan, open: number): number {
	if (scan.unclosed?.has('[') === true) return -1;
	const { text } = scan;
	let depth = 0;
	let quote: string | undefined;
	for (let at = open; at < text.length; at++) {
		const character = text[at] ?? '';
		if (character === '\\') at++;
		else if (quote !== undefined) {
			if (character === quote) quote = undefined;
		} else if (character === '"' || character === "'") quote = character;
		else if (character === '{' || character === '[') depth++;
		else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
	}
	neverCloses(scan, '[');
	return -1;
}

function neverCloses(scan: Scan, kind: string): void {
	scan.unclosed ??= new Set();
	scan.unclosed.add(kind);
}
