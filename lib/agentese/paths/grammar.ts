/** The five contexts. The first segment of every path is one of them. Frozen. */
export const contexts = Object.freeze([
	'world',
	'self',
	'concept',
	'void',
	'time',
] as const satisfies readonly AgenteseContext[]);

/** One of the five contexts. */
export type AgenteseContext = 'world' | 'self' | 'concept' | 'void' | 'time';

/**
 * The most characters of a path, handle, template or segment. The longest of the 598 real paths has 39, and a span
 * carries 256.
 */
export const MAX_LENGTH = 1024;

/** The most segments of a path; real paths have at most six. */
export const MAX_SEGMENTS = 64;

/**
 * The source of a regular expression for one segment: a lower-case letter, then letters, digits and `_`, with single
 * hyphens inside.
 */
export const SEGMENT = '[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*';

const segment = new RegExp(`^${SEGMENT}$`);
const known: ReadonlySet<string> = new Set(contexts);

/** Returns whether the text is a segment of a path. Takes linear time, and constant time if the text is too long. */
export function isSegment(text: unknown): boolean {
	return typeof text === 'string' && text.length <= MAX_LENGTH && segment.test(text);
}

/** Returns whether the text is one of the five contexts. */
export function isContext(text: unknown): text is AgenteseContext {
	return typeof text === 'string' && known.has(text);
}
