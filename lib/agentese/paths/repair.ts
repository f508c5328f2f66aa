import { nearest } from '../errors/nearest.js';
import { contexts, isContext, isSegment } from './grammar.js';

/** Texts with more characters are not repaired: a reader cannot see the difference, and a message must stay short. */
const MAX_REPAIR = 80;

/**
 * Returns the path that a wrong text was probably meant to be; undefined if none is near.
 *
 * Corrects blanks around the text or within a segment, control and format characters anywhere, capitals
 * (`challengeIdea` becomes `challenge_idea`), slashes instead of dots, superfluous dots, and a mistyped context.
 * Parameters are kept as they are.
 *
 * @param minSegments - how many segments the result has at least
 */
export function repairPath(text: string, minSegments: number): string | undefined {
	if (text.length > MAX_REPAIR) return undefined;
	const segments = text
		.replaceAll('/', '.')
		.split('.')
		.map(repairSegment)
		.filter((segment) => segment !== '');
	const [first] = segments;
	if (first === undefined || segments.length < minSegments) return undefined;
	const [context] = isContext(first) ? [first] : nearest(first, contexts, 1);
	if (context === undefined) return undefined;
	const meant = [context, ...segments.slice(1)];
	if (!meant.every((segment) => segment.startsWith(':') || isSegment(segment))) return undefined;
	const repaired = meant.join('.');
	return repaired === text || repaired.length > MAX_REPAIR ? undefined : repaired;
}

/** Removes what is invisible in a segment and writes it in snake case. */
function repairSegment(segment: string): string {
	if (segment.startsWith(':')) return segment;
	return segment
		.replace(/(?!\s)[\p{Cc}\p{Cf}]/gu, '')
		.trim()
		.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
		.toLowerCase()
		.replace(/\s+/g, '_');
}
