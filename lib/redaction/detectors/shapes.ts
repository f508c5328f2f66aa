import { ALNUM, ALPHABETS, beginsKey, isA, looksRandom, runEnd, runStart } from './characters.js';
import { PROVIDER_KEYS } from './provider-keys.generated.js';

/** A part of a text that is to be replaced. */
export interface Hit {
	/** The offset of its first character. */
	readonly start: number;
	/** The offset after its last character. */
	readonly end: number;
	/** The replacement. @default the marker `REDACTED` */
	readonly text?: string;
	/** Whether its length is the only one that such a secret has. @default false */
	readonly exact?: boolean;
}

/** A kind of key that is recognized by characters that all such keys have. */
interface Shape {
	/** These characters: `ghp_`. They are the prefix of the key, unless `before` is set. */
	readonly fixed: string;
	/** The classes of the characters that follow. */
	readonly classes: number;
	/** How many of them follow at least. */
	readonly min: number;
	/** How many of them follow at most. */
	readonly max: number;
	/** How many of them suffice if they look random: a key may be cut, or invented. */
	readonly enough: number;
	/** The characters before the fixed ones; undefined if the key begins with the fixed ones. */
	readonly before: { readonly classes: number; readonly min: number; readonly max: number } | undefined;
	/** Whether the fixed characters must begin a word. */
	readonly begins: boolean;
	/** Whether the fixed characters are so few that a longer key is another one's. */
	readonly strict: boolean;
	/** Which of the fixed characters `shapeAt` is called at; -1 if only `runShapeAt` finds such keys. */
	readonly stop: number;
}

/** The longest part of a key that decides whether it is one. It bounds the time that one offset of a text takes. */
const DECISIVE = 128;

/** The characters at which a scan may call `shapeAt`: they are rare in texts, or looked at for another reason. */
const STOPPING = '-_.~AzJ';

/** Prefixes that begin other names too: `npm_config_registry`, `test_name`. */
const COMMON = new Set(
	'npm_ live_ test_ key- pubkey- secret_ API- pat. sat. test_pub_ live_pub_ fc- re_ ico-'.split(' '),
);

/** Reads a row of the generated table: fixed characters, alphabet, lengths, and what is before them. */
function shapeOf(row: string): Shape {
	const [fixed = '', alphabet = '', min = '', max = '', before, fewest = '', most = ''] = row.split(' ');
	const classes = ALPHABETS[alphabet] ?? 0;
	const letters = fixed.replace(/[^A-Za-z0-9]/g, '');
	// Without a separator the letters of a prefix occur in other keys, and in hashes, by chance.
	const strict = letters.length < 3 || letters === fixed || COMMON.has(fixed);
	const least = Number(min);
	const rest = {
		strict,
		begins: strict,
		stop: stopOf(fixed),
		before: before === undefined ? undefined : beforeOf(before, fewest, most),
	};
	// Error messages of model providers show parts of these keys, with stars for the rest.
	if (fixed.startsWith('sk-')) {
		return { ...rest, fixed, classes: ALPHABETS['masked'] ?? 0, min: DECISIVE, max: 512, enough: 8, begins: true };
	}
	return {
		fixed,
		classes,
		min: Math.min(least, DECISIVE),
		max: Number(max),
		enough: letters === fixed || COMMON.has(fixed) ? least : Math.max(strict ? 16 : 8, Math.min(20, least >> 1)),
		...rest,
	};
}

/** Returns how many characters of an alphabet are before the fixed ones. */
function beforeOf(alphabet: string, min: string, max: string) {
	return { classes: ALPHABETS[alphabet] ?? 0, min: Number(min), max: Number(max) };
}

/** Returns the index of the last fixed character at which a scan stops, -1 if it stops at none. */
function stopOf(fixed: string): number {
	for (let at = fixed.length - 1; at > 0; at--) {
		// A scan stops at the first digit of a number.
		const startsNumber = /\d/.test(fixed[at] ?? '') && !/\d/.test(fixed[at - 1] ?? '');
		if (STOPPING.includes(fixed[at] ?? ' ') || startsNumber) return at;
	}
	return -1;
}

/** The shapes of the table. */
const SHAPES = PROVIDER_KEYS.split('\n').map(shapeOf);

/** The shapes by their stopping character and the one before it, so that one look-up rules out most offsets of a text. */
const BY_PAIR: (Shape[] | undefined)[] = new Array(128 * 128).fill(undefined);
for (const shape of SHAPES) {
	if (shape.stop === -1) continue;
	const pair = pairCode(shape.fixed, shape.stop);
	BY_PAIR[pair] = [...(BY_PAIR[pair] ?? []), shape];
}

/** The shapes that only `runShapeAt` finds, by their first two letters. */
const IN_RUNS = new Map<number, Shape[]>();
for (const shape of SHAPES) {
	if (shape.stop !== -1) continue;
	const pair = pairCode(shape.fixed, signsOf(shape) + 1);
	IN_RUNS.set(pair, [...(IN_RUNS.get(pair) ?? []), shape]);
}

/** The characters, apart from digits, at which a scan calls `shapeAt`. */
export const SHAPE_STOPS = STOPPING;

/**
 * Finds the key of a provider some of whose fixed characters is at `at`.
 *
 * @param from - the offset after the last replaced part
 * @param whole - whether the hit ends where the longest such key ends, even if more of its characters follow
 */
export function shapeAt(text: string, at: number, from: number, whole = false): Hit | undefined {
	const shapes = BY_PAIR[pairCode(text, at)];
	if (shapes === undefined) return undefined;
	// An index, because an iterator costs more than most of these comparisons.
	for (let index = 0; index < shapes.length; index++) {
		const shape = shapes[index] as Shape;
		// Most shapes of a pair differ in the character before it.
		if (shape.stop > 1 && text.charCodeAt(at - 2) !== shape.fixed.charCodeAt(shape.stop - 2)) continue;
		const start = at - shape.stop;
		const hit = start >= 0 && text.startsWith(shape.fixed, start) ? hitOf(shape, text, start, from, whole) : undefined;
		if (hit !== undefined) return hit;
	}
	return undefined;
}

/**
 * Finds a key that has no character at which a scan stops.
 *
 * @param at - the offset of its first fixed letter
 * @param from - the offset before which no key begins
 */
export function runShapeAt(text: string, at: number, from: number): Hit | undefined {
	for (const shape of IN_RUNS.get(pairCode(text, at + 1)) ?? []) {
		const start = at - signsOf(shape);
		const hit = text.startsWith(shape.fixed, start) ? hitOf(shape, text, start, from, true) : undefined;
		if (hit !== undefined) return hit;
	}
	return undefined;
}

/** Returns how many of the fixed characters are before the first letter: one of `-us`. */
function signsOf({ fixed }: Shape): number {
	return '_-'.includes(fixed[0] ?? ' ') ? 1 : 0;
}

/** Returns the hit of a shape whose fixed characters are at `fixedAt`; undefined if the rest of the text differs. */
function hitOf(shape: Shape, text: string, fixedAt: number, from: number, whole: boolean): Hit | undefined {
	const { classes, min, max, enough, before, begins, strict } = shape;
	const body = fixedAt + shape.fixed.length;
	let start = fixedAt;
	if (before !== undefined) {
		start = runStart(text, fixedAt, before.classes, Math.max(from, fixedAt - before.max));
		if (fixedAt - start < before.min) return undefined;
	}
	if (begins && !beginsKey(text, start, from)) return undefined;
	const limit = Math.min(text.length, body + Math.min(max, DECISIVE));
	let end = runEnd(text, body, classes, limit);
	const full = end - body >= min;
	if (!full && (end - body < enough || !looksRandom(text, body, end))) return undefined;
	if (end === limit) end = runEnd(text, end, classes, strict || whole ? body + max : text.length);
	if (strict && isA(text, end, ALNUM) && isA(text, end - 1, ALNUM)) {
		// The ending of a file may follow a key that may have dots itself.
		while (end - body >= min && text[end] !== '.') end--;
		if (end - body < min) return undefined;
	}
	while (text[end - 1] === '.') end--;
	return { start, end, exact: full && shape.min === max && end - body === max };
}

/** Returns one number for the character at `at` and the one before it: the index of `BY_PAIR` if both are ASCII. */
function pairCode(text: string, at: number): number {
	return text.charCodeAt(at - 1) * 128 + text.charCodeAt(at);
}
