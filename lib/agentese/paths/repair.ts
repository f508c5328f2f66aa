import { nearest } from '../errors/nearest.js';
import { contexts, isContext, isSegment } from './grammar.js';

/** Longer texts are not repaired: nobody could tell the difference, and a message must stay short. */
const MAX_REPAIR = 80;

/**
 * Answers the path that a wrong text was probably meant to be, or undefined where nothing is near.
 *
 * Mended are blanks around it, control and format characters anywhere, capitals (`challengeIdea` is `challenge_idea`), slashes for
 * dots, dots too many, blanks inside a segment, and a context with a typing error. Parameters are left as they are.
 *
 * @param least - how many segments it must have
 */
export function repair(text: string, least: number): string | undefined {
	if (text.length > MAX_REPAIR) return undefined;
	const segments = text
		.replaceAll('/', '.')
		.split('.')
		.map(mend)
		.filter((segment) => segment !== '');
	const [first] = segments;
	if (first === undefined || segments.length < least) return undefined;
	const [context] = isContext(first) ? [first] : nearest(first, contexts, 1);
	if (context === undefined) return undefined;
	const meant = [context, ...segments.slice(1)];
	if (!meant.every((segment) => segment.startsWith(':') || isSegment(segment))) return undefined;
	const mended = meant.join('.');
	return mended === text || mended.length > MAX_REPAIR ? undefined : mended;
}

function mend(segment: string): string {
	if (segment.startsWith(':')) return segment;
	return segment
		.replace(/(?!\s)[\p{Cc}\p{Cf}]/gu, '')
		.trim()
		.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
		.toLowerCase()
		.replace(/\s+/g, '_');
}
