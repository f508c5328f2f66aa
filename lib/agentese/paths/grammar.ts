/** The first segment of every path: exactly these five. */
export const contexts = Object.freeze(['world', 'self', 'concept', 'void', 'time'] as const);

/** One of the five. */
export type AgenteseContext = (typeof contexts)[number];

/** More characters than this are refused: the longest of the 598 real paths has 39, and a span carries 256. */
export const MAX_LENGTH = 1024;

/** More segments than this are refused: real paths have at most six. */
export const MAX_SEGMENTS = 64;

/** A piece of grammar is written once: a letter, then letters, digits and `_`, with single hyphens inside. */
export const SEGMENT = '[a-z][a-z0-9_]*(?:-[a-z0-9_]+)*';

const segment = new RegExp(`^${SEGMENT}$`);
const known: ReadonlySet<string> = new Set(contexts);

/** True if the text may stand between two dots of a path. Takes linear time, and none for what is too long. */
export function isSegment(text: unknown): boolean {
	return typeof text === 'string' && text.length <= MAX_LENGTH && segment.test(text);
}

/** True if the text is one of the five contexts. */
export function isContext(text: unknown): text is AgenteseContext {
	return typeof text === 'string' && known.has(text);
}
