import {
	DIGIT,
	DOT,
	HYPHEN,
	isA,
	isEscape,
	NAME as KEY,
	LETTER,
	looksRandom,
	runEnd,
	runStart,
	WORD,
} from './characters.js';
import { schemeAt } from './credentials.js';
import { isLocation } from './locations.js';
import { REDACTED } from './marker.js';
import type { Scan } from './scan.js';
import type { Hit } from './shapes.js';
import { isStatus } from './values.js';

/** The characters of a name: `db.pass-word_1`. */
const NAME = KEY | DOT;

// Codes of characters.
const SPACE = 32;
const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;
const CLOSING = 93;

/** The most characters of a name that are inspected. */
const MAX_NAME = 80;

/** The most blanks, or backslashes before a quote, that may separate a name, its colon and its value. */
const MAX_BLANKS = 8;

/** Names whose value is the rest of the line, because it may have blanks: headers with cookies, and phrases. */
const LINE_NAMES = /(?:^|[._-])(?:(?:set-?)?cookie|mnemonic|(?:seed|recovery|secret)[_-]?phrase|phrase)$/i;

/** Nouns that name a secret only with the word before them, which a sentence separates by a blank: `API key: …`. */
const NOUNS = /^(?:key|phrase|code)$/i;

/** The name before a colon or an equals sign. */
interface Name {
	/** The name itself, without quotes: `api_key`. */
	readonly word: string;
	/** The quote after the name with its backslashes: `"`, `\"` in JSON within JSON; empty if the name has none. */
	readonly quote: string;
	/** The offset of its first character. */
	readonly start: number;
}

/**
 * Finds the value of a secret name, as in `password=…` or `"api_key": "…"`.
 *
 * @param scan - the scan that has reached `at`
 * @param at - the offset of the colon or the equals sign
 */
export function namedSecretAt(scan: Scan, at: number): Hit | undefined {
	const name = nameBefore(scan, at);
	if (name === undefined) return undefined;
	const { text } = scan;
	const said = !scan.isSecret(name.word);
	if (said && !isSaidSecret(scan, name)) return text[at] === ':' ? userOptionAt(scan, name, at) : undefined;
	if (text[at] === ':' && isLocation(text, name.start, at)) return undefined;
	// `==`, `===` and `=>` separate a name and its value too.
	let start = at + 1;
	while (start < at + 3 && (text[start] === '=' || text[start] === '>')) start++;
	const hit = valueAt(scan, afterBlanks(text, start), name);
	// What follows a word of a sentence may be one itself.
	const isValue = hit === undefined || !said || LINE_NAMES.test(name.word) || looksRandom(text, hit.start, hit.end);
	return isValue ? hit : undefined;
}

/** Finds the password of curl's option `-u user:password`. A number is the id of a group, as in `docker run -u 1:1`. */
function userOptionAt({ text }: Scan, { start }: Name, at: number): Hit | undefined {
	if (!text.startsWith('-u ', start - 3) && !text.startsWith('--user ', start - 7)) return undefined;
	const end = wordEnd(text, at + 1);
	return end === at + 1 || runEnd(text, at + 1, DIGIT) === end || text.startsWith(REDACTED, at + 1)
		? undefined
		: { start: at + 1, end };
}

/** Returns whether the name is the last word of a secret's in a sentence: `the API key: …`. */
function isSaidSecret({ text, isSecret }: Scan, { word, start }: Name): boolean {
	if (text.charCodeAt(start - 1) !== SPACE || !NOUNS.test(word)) return false;
	let before = start - 1;
	while (before > 0 && start - before <= MAX_NAME && isA(text, before - 1, LETTER)) before--;
	return isSecret(`${text.slice(before, start - 1)} ${word}`);
}

/**
 * Finds the value after a flag of a command line, as in `--api-key …`.
 *
 * @param at - the offset of the first hyphen
 */
export function flagValueAt(scan: Scan, at: number): Hit | undefined {
	const { text, isSecret, from } = scan;
	if (text[at + 1] !== '-' || (at > from && isA(text, at - 1, NAME))) return undefined;
	const end = runEnd(text, at + 2, WORD | HYPHEN, at + 2 + MAX_NAME);
	if (text[end] !== ' ' || text[end + 1] === '-' || !isSecret(text.slice(at + 2, end))) return undefined;
	return valueAt(scan, end + 1, { word: text.slice(at + 2, end), quote: '', start: at + 2 });
}

/**
 * Finds the text of an element of XML whose name is that of a secret, as in `<password>…</password>`.
 *
 * @param at - the offset of the `>` that closes its tag
 */
export function elementTextAt(scan: Scan, at: number): Hit | undefined {
	const { text, from } = scan;
	const start = runStart(text, at, NAME, Math.max(from, at - MAX_NAME));
	if (text[start - 1] !== '<' || !scan.isSecret(text.slice(start, at))) return undefined;
	const end = lineEnd(text, at + 1, '<\r\n');
	return text.startsWith('</', end) ? quotedValue(text, at + 1, end) : undefined;
}

/** Reads the name that ends before `at`, with or without quotes; undefined if there is none of three characters. */
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
	// The letter of an escape in JSON text is not part of the name: `\nPassword: …`.
	if (isEscape(text, start)) start++;
	// The shortest names of secrets have three letters; a shorter name of digits is a line number of a stack trace.
	return end - start < 3 ? undefined : { word: text.slice(start, end), quote, start };
}

/** Returns the offset after the blanks and tabs at `from`. */
function afterBlanks(text: string, from: number): number {
	let at = from;
	while (at - from < MAX_BLANKS && (text[at] === ' ' || text[at] === '\t')) at++;
	return at;
}

/** Finds the value that begins at `start`: in quotes, in brackets, or bare. */
function valueAt(scan: Scan, start: number, name: Name): Hit | undefined {
	const { text } = scan;
	if (text.startsWith(REDACTED, start)) return undefined;
	// In JSON within JSON the quote of a value is escaped by backslashes.
	let open = start;
	while (open - start < MAX_BLANKS && text[open] === '\\') open++;
	const mark = text[open] ?? '';
	if (mark !== '' && '"\'`'.includes(mark)) {
		const close = closingQuote(scan, open, open - start);
		if (close !== -1) return quotedValue(text, open + 1, close);
		// The quote closes the text that contains the name, or it is never closed.
		return name.quote === '' && endsJsonText(text, open) ? undefined : bareValue(scan, open + 1, name);
	}
	if (mark === '{' || mark === '[') {
		const end = closingBracket(scan, open);
		if (end !== -1) return { start, end, text: `${name.quote}${REDACTED}${name.quote}` };
	}
	return bareValue(scan, start, name);
}

/** Finds a value without quotes. The replacement gets the quotes of the name, so that JSON stays valid. */
function bareValue(scan: Scan, start: number, name: Name): Hit | undefined {
	const { text } = scan;
	const end = bareEnd(scan, start, name);
	if (end === start || text.startsWith(REDACTED, start)) return undefined;
	// The variable PWD of a shell is the current folder.
	if (/^(?:old)?pwd$/i.test(name.word) && /^(?:[/~]|[A-Za-z]:\\)/.test(text.slice(start, start + 3))) return undefined;
	// A value of punctuation only is not a secret, but the syntax around one.
	if (!/[^\p{P}\s]/u.test(text.slice(start, Math.min(end, start + 16))) || isStatus(text, start, end)) return undefined;
	return { start, end, text: `${name.quote}${REDACTED}${name.quote}` };
}

/** Finds a value in quotes. The hit excludes the quotes, so that JSON stays valid. */
function quotedValue(text: string, start: number, close: number): Hit | undefined {
	if (close <= start || text.startsWith(REDACTED, start)) return undefined;
	return isStatus(text, start, close) ? undefined : { start, end: close };
}

/** Returns whether the quote at `at` is followed by a character that follows the end of a string in JSON. */
function endsJsonText(text: string, at: number): boolean {
	const next = text[at + 1];
	return next === undefined || ',}]:\r\n\\'.includes(next);
}

/**
 * Returns the end of the quoted text that begins at `open`, without the backslashes of its closing quote; -1 if it is
 * not closed, or if the quote at `open` itself ends a text.
 *
 * @param escapes - how many backslashes are before the opening quote
 */
function closingQuote(scan: Scan, open: number, escapes: number): number {
	const { text } = scan;
	const mark = text[open];
	const kind = `${escapes}${mark}`;
	if (scan.unclosed?.has(kind) === true || endsJsonText(text, open)) return -1;
	// The closing quote has as many backslashes as the opening one, apart from escaped backslashes before it.
	const cycle = 2 * (escapes + 1);
	let slashes = 0;
	for (let at = open + 1; at < text.length; at++) {
		if (text[at] === '\\') slashes++;
		else {
			if (text[at] === mark && (slashes + 1) % cycle === (escapes + 1) % cycle) return at - escapes;
			slashes = 0;
		}
	}
	markUnclosed(scan, kind);
	return -1;
}

/** Returns the end of a value without quotes: of its line for a cookie header, else of its word. */
function bareEnd({ text, from }: Scan, start: number, name: Name): number {
	if (name.quote === '' && LINE_NAMES.test(name.word)) return lineEnd(text, start, '\r\n"\'`\\');
	let end = wordEnd(text, start);
	// After `Authorization: Bearer` and other schemes, the credentials are the next word.
	const scheme = text.slice(start, Math.min(end, start + 16));
	if (/^digest$/i.test(scheme) && text[end] === ' ') return lineEnd(text, end, '\r\n');
	if (/^(?:bearer|basic|token|apikey|negotiate)$/i.test(scheme) && text[end] === ' ') {
		end = schemeAt(text, end, from)?.end ?? wordEnd(text, end + 1);
	}
	return end;
}

/** Returns the offset of the first of the characters that end a line, or the end of the text. */
function lineEnd(text: string, start: number, characters: string): number {
	let end = start;
	while (end < text.length && !characters.includes(text[end] ?? '')) end++;
	return end;
}

/** Returns the end of the word that begins at `start`. */
function wordEnd(text: string, start: number): number {
	let end = start;
	while (end < text.length && !' \t\r\n,;&"\'`<>)]}|\\'.includes(text[end] ?? '')) end++;
	return end;
}

/** Returns the offset after the bracket that closes the one at `open`; -1 if none does. */
function closingBracket(scan: Scan, open: number): number {
	if (scan.unclosed?.has('[') === true) return -1;
	const { text } = scan;
	// Brackets within quotes do not count.
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
	markUnclosed(scan, '[');
	return -1;
}

/** Records that a kind of quote or bracket is not closed in the text, which keeps the scan's time linear. */
function markUnclosed(scan: Scan, kind: string): void {
	scan.unclosed ??= new Set();
	scan.unclosed.add(kind);
}
