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

/** A name in camelCase or PascalCase, as methods have it. */
const camelCase = /^[A-Za-z][A-Za-z0-9_]*$/;

/**
 * Returns the segment of a path for the name of a method: the name itself if it is a segment, else the name in
 * snake_case (`proofQuality` gives `proof_quality`, `getHTTPStatus` gives `get_http_status`). Undefined for a name that
 * is neither, such as `$save` or `größe`.
 */
export function segmentOfName(name: string): string | undefined {
	if (isSegment(name)) return name;
	if (!camelCase.test(name)) return undefined;
	const snakeCase = name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '_').toLowerCase();
	return isSegment(snakeCase) ? snakeCase : undefined;
}

/**
 * Returns the spellings in which an aspect can be invoked: in snake_case, in kebab-case and in camelCase, and as the
 * method is called.
 *
 * @param name - the name of the method; undefined if no method answers the aspect
 */
export function spellingsOf(aspect: string, name?: string): string[] {
	const snakeCase = aspect.replaceAll('-', '_');
	const spellings = [aspect, snakeCase, snakeCase.replaceAll('_', '-'), toCamelCase(snakeCase)];
	if (name !== undefined && segmentOfName(name) === snakeCase) {
		// Types split a name before each capital.
		const words = name.replace(/(?<=.)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
		spellings.push(name, words, words.replaceAll('_', '-'));
	}
	return spellings;
}

/** Writes a segment in camelCase: `proof_quality` gives `proofQuality`. */
function toCamelCase(segment: string): string {
	return segment.replace(/[_-]+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Returns whether the text is one of the five contexts. */
export function isContext(text: unknown): text is AgenteseContext {
	return typeof text === 'string' && known.has(text);
}
