import { printable, quote } from '../errors/escape.js';
import { nearest } from '../errors/nearest.js';
import { contexts, isContext, isSegment, MAX_LENGTH, MAX_SEGMENTS, SEGMENT } from './grammar.js';

/** What a text is expected to be, and so which rules apply to it. */
export interface Form {
	/** What the text is expected to be, with its article: `a path`. */
	readonly noun: string;
	/** A valid text, for messages. */
	readonly example: string;
	/** The fewest segments. */
	readonly minSegments: 1 | 2;
	/** The most segments. */
	readonly maxSegments: number;
	/** Whether segments may be parameters: `:citizen`. */
	readonly parameters: boolean;
	/** Whether the last segment is an aspect, which cannot be a parameter. */
	readonly endsWithAspect: boolean;
}

/** What is wrong with a text, and the rule that it breaks. */
export interface Fault {
	/** What is wrong, in words that can follow "it". */
	readonly fault: string;
	/** The rule, as a whole sentence. */
	readonly why: string;
	/** What to try if no similar valid text is known, each in words that can follow "Try". @default an example */
	readonly tries?: readonly string[];
}

/** The form of a path that is invoked. */
export const PATH: Form = {
	noun: 'a path',
	example: 'self.soul.manifest',
	minSegments: 2,
	maxSegments: MAX_SEGMENTS,
	parameters: false,
	endsWithAspect: true,
};

/** The names of the contexts, joined for messages. */
const CONTEXTS = `${contexts.slice(0, -1).join(', ')} and ${contexts.at(-1)}`;

// The rules that several faults break.
const DOT_RULE = 'A dot separates two segments.';
const SEGMENT_RULE = 'A segment is a lower case letter, then letters, digits and "_", with single hyphens inside.';

/** The name of a parameter, without its colon. */
const parameter = /^[a-z][A-Za-z0-9_]*$/;
/** A blank or a control character, neither of which may occur anywhere. */
const blank = /[\s\p{Cc}]/u;
const blanks = /^[\s\p{Cc}]+$/u;
/** A character that may not occur in a segment. */
const foreign = /[^a-z0-9_-]/u;
/** The longest valid beginning of a segment. */
const prefix = new RegExp(`^${SEGMENT}`);

/**
 * Returns the first fault of the text; undefined if it has the form. Takes linear time, and constant time for a text of
 * more than 1024 characters. Never throws.
 */
export function findFault(text: string, form: Form): Fault | undefined {
	return textFault(text, form) ?? segmentsFault(text.split('.'), form);
}

/** Finds a fault of the text as a whole: its length, blanks, dots, and how many segments it has at most. */
function textFault(text: string, form: Form): Fault | undefined {
	if (text === '') return { fault: 'is empty', why: 'Context, holon and aspect are written with dots between them.' };
	if (text.length > MAX_LENGTH) {
		const fault = `has ${text.length} characters`;
		return { fault, why: `${MAX_LENGTH} is the limit.`, tries: ['passing long values as arguments'] };
	}
	if (text.includes('>>')) {
		const why = 'Each stage of a composition is a separate path.';
		return { fault: 'is a composition', why, tries: ['logos.invoke with the whole text'] };
	}
	const at = text.search(blank);
	if (at >= 0) {
		const char = text.charAt(at);
		const what = char === ' ' ? 'a blank' : `the character ${quote(char)}`;
		const last = blanks.test(text.slice(at));
		const where = at === 0 ? 'begins with' : last ? 'ends with' : 'has';
		const position = where === 'has' ? ` at character ${at + 1}` : '';
		const why = 'Blanks and control characters are not allowed, and are not trimmed.';
		return { fault: `${where} ${what}${position}`, why };
	}
	// The dots are counted before the text is split, so that the segments are only created for a valid number of them.
	const dots = [...text.matchAll(/\./g)].length;
	if (dots >= form.maxSegments) {
		const tries = ['a holon with fewer segments'];
		return { fault: `has ${dots + 1} segments`, why: `${form.maxSegments} is the limit.`, tries };
	}
	if (text.startsWith('.')) return { fault: 'begins with a dot', why: DOT_RULE };
	if (text.endsWith('.')) return { fault: 'ends with a dot', why: DOT_RULE };
	return undefined;
}

/** Finds the first fault within the segments, from left to right; then one of their number and of the context. */
function segmentsFault(segments: readonly string[], form: Form): Fault | undefined {
	const names = new Set<string>();
	for (const [at, segment] of segments.entries()) {
		const where = `segment ${at + 1}`;
		if (segment === '') return { fault: `has nothing in ${where}`, why: DOT_RULE };
		const found = segment.startsWith(':')
			? parameterFault(segment, where, form, names, at === segments.length - 1)
			: segmentFault(segment, where, form);
		if (found) return found;
		if (at === 0 && segment.startsWith(':')) {
			return { fault: 'has a parameter as its context', why: `The contexts are ${CONTEXTS}.` };
		}
	}
	if (segments.length < form.minSegments) {
		// Suggests a path of two segments: of the context that was probably meant, else in the context `self`.
		const [only = ''] = segments;
		const [context] = isContext(only) ? [only] : nearest(only, contexts, 1);
		const tries = [quote(`${context ?? `self.${only}`}.manifest`)];
		return { fault: 'has one segment', why: 'A context and an aspect are required.', tries };
	}
	const [context = ''] = segments;
	if (isContext(context)) return undefined;
	const tries = [`a context before it, such as ${quote(`self.${segments.join('.')}`)}`];
	const fault = `begins with ${quoteSegment(context)}, which is not a context`;
	return { fault, why: `The contexts are ${CONTEXTS}.`, tries };
}

/**
 * Finds the fault of a segment that does not begin with a colon.
 *
 * @param where - names the segment in the message: `segment 2`
 */
function segmentFault(segment: string, where: string, form: Form): Fault | undefined {
	if (isSegment(segment)) return undefined;
	const quoted = quoteSegment(segment);
	if (segment.includes('*')) {
		const why = 'Wildcards are not allowed: each segment names one thing.';
		return { fault: `has the wildcard "*" in ${where}`, why, tries: ['writing that segment out'] };
	}
	const char = foreign.exec(segment)?.[0];
	if (char !== undefined && /[A-Z]/.test(char)) {
		return { fault: `has the capital "${char}" in ${where}, ${quoted}`, why: 'Segments are lower case.' };
	}
	const hint = form.parameters ? `${SEGMENT_RULE} A parameter begins with ":".` : SEGMENT_RULE;
	if (char !== undefined) return { fault: `has the character ${quote(char)} in ${where}, ${quoted}`, why: hint };
	// All characters are allowed, so that one of them is misplaced: the first one, or a hyphen.
	const [good = ''] = prefix.exec(segment) ?? [];
	if (good === '') return { fault: `has "${segment.charAt(0)}" first in ${where}, ${quoted}`, why: hint };
	return { fault: `has a hyphen at an end, or two in a row, in ${where}, ${quoted}`, why: hint };
}

/**
 * Finds a fault of a segment that begins with a colon, and adds its name to `names`.
 *
 * @param where - names the segment in the message: `segment 2`
 * @param names - the parameters before it
 * @param last - whether it is the last segment
 */
function parameterFault(
	segment: string,
	where: string,
	form: Form,
	names: Set<string>,
	last: boolean,
): Fault | undefined {
	const name = segment.slice(1);
	if (!form.parameters) {
		const why = 'Parameters are allowed in handles and path templates, not in a path.';
		return {
			fault: `has the parameter ${quoteSegment(segment)} in ${where}`,
			why,
			tries: ["the entity's name in its place"],
		};
	}
	if (!parameter.test(name)) {
		const why = 'A parameter is ":", a lower case letter, then letters, digits and "_".';
		return { fault: `has the parameter ${quoteSegment(segment)} in ${where}`, why, tries: ['":id"'] };
	}
	if (names.has(name)) {
		const why = 'The names of parameters must differ.';
		return {
			fault: `has the parameter ${quoteSegment(segment)} twice`,
			why,
			tries: [`${quote(`${segment}2`)} for one of them`],
		};
	}
	names.add(name);
	if (form.endsWithAspect && last) {
		const why = 'The last segment is the aspect, one method of the class.';
		return { fault: `has the parameter ${quoteSegment(segment)} as its aspect`, why, tries: ['an aspect after it'] };
	}
	return undefined;
}

/** Returns the segment in quotes, with 40 characters at most. */
function quoteSegment(segment: string): string {
	return `"${printable(segment, 40)}"`;
}
