import { ALNUM, DIGIT, isA, runEnd } from './characters.js';

/** The most digits of a line or a column. */
const MAX_DIGITS = 7;

/** The endings of the names of source files. */
const SOURCE =
	/\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|rb|go|rs|java|kt|scala|php|cs|cpp|cc?|hh?|swift|exs?|erl|lua|dart|html?|json|ya?ml|wasm|mdx?)$/i;

/**
 * Returns whether the colon at `at` is followed by a line of a source file, as in a frame of a stack trace:
 * `at check (/app/token.js:12:5)`, `node:internal/secret:3:1`, `password.ts:7`.
 *
 * @param nameStart - the offset of the first character of the name before the colon
 */
export function isLocation(text: string, nameStart: number, at: number): boolean {
	const line = runEnd(text, at + 1, DIGIT, at + 2 + MAX_DIGITS);
	if (line === at + 1 || line - at > MAX_DIGITS + 1) return false;
	const isFile = SOURCE.test(text.slice(nameStart, at));
	const column = text[line] === ':' ? runEnd(text, line + 1, DIGIT, line + 2 + MAX_DIGITS) : line;
	const hasColumn = column > line + 1;
	if (isA(text, hasColumn ? column : line, ALNUM)) return false;
	// Without the ending of a source file there are both a line and a column, and the name is that of a path or a frame.
	return isFile || (hasColumn && (isInPath(text, nameStart) || text.startsWith('at ', nameStart - 3)));
}

/** Returns whether the name at `start` follows a character that only paths and frames have. */
function isInPath(text: string, start: number): boolean {
	return '/\\(@:'.includes(text[start - 1] ?? ' ');
}
