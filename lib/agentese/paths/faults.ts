import { printable, quote } from '../errors/escape.js';
import { nearest } from '../errors/nearest.js';
import { contexts, isContext, isSegment, MAX_LENGTH, MAX_SEGMENTS, SEGMENT } from './grammar.js';

/** What a text should be, and so which rules hold for it. */
export interface Form {
	/** With its article: `a path`. */
	readonly noun: string;
	/** One that is right, for messages. */
	readonly example: string;
	/** Fewer segments than this are refused. */
	readonly least: 1 | 2;
	/** More segments than this are refused. */
	readonly most: number;
	/** True where segments may be parameters, `:citizen`. */
	readonly parameters: boolean;
	/** True where the last segment is an aspect, which no parameter can stand for. */
	readonly endsWithAspect: boolean;
}

/** What is wrong with a text, and the rule that says so. */
export interface Fault {
	/** So that it can follow "it". */
	readonly fault: string;
	/** The rule, as a whole sentence. */
	readonly why: string;
	/** What to try where no other text was meant. */
	readonly tries?: readonly string[];
}

/** The form of an invoked path. */
export const PATH: Form = {
	noun: 'a path',
	example: 'self.soul.manifest',
	least: 2,
	most: MAX_SEGMENTS,
	parameters: false,
	endsWithAspect: true,
};

/** The contexts, for messages. */
const CONTEXTS = `${contexts.slice(0, -1).join(', ')} and ${contexts.at(-1)}`;

const LETTERS = 'A segment is a lower case letter, then letters, digits and "_", with single hyphens inside.';
const parameter = /^[a-z][A-Za-z0-9_]*$/;
/** Whatever may not be in a segment. Control characters are looked for on purpose. */
const blank = /[\s\p{Cc}]/u;
const blanks = /^[\s\p{Cc}]+$/u;
const foreign = /[^a-z0-9_-]/u;
const prefix = new RegExp(`^${SEGMENT}`);

/** Answers the first fault of the text, or undefined where it has none. Takes linear time, and none beyond 1024 characters. */
export function findFault(text: string, form: Form): Fault | undefined {
	return wholeFault(text, form) ?? segmentsFault(text.split('.'), form);
}

function wholeFault(text: string, form: Form): Fault | undefined {
	if (text === '') return { fault: 'is empty', why: 'Context, holon and aspect are written with dots between them.' };
	if (text.length > MAX_LENGTH) {
		const fault = `has ${text.length} characters`;
		return { fault, why: `${MAX_LENGTH} is the limit.`, tries: ['giving long things as arguments'] };
	}
	if (text.includes('>>')) {
		const why = 'Every stage of a composition is a path of its own.';
		return { fault: 'is a composition', why, tries: ['logos.invoke with the whole text'] };
	}
	const at = text.search(blank);
	if (at >= 0) {
		const char = text.charAt(at);
		const what = char === ' ' ? 'a blank' : `the character ${quote(char)}`;
		const last = blanks.test(text.slice(at));
		const where = at === 0 ? 'begins with' : last ? 'ends with' : 'has';
		const place = where === 'has' ? ` at character ${at + 1}` : '';
		return { fault: `${where} ${what}${place}`, why: 'Nothing is trimmed: what is invoked is what was written.' };
	}
	const dots = [...text.matchAll(/\./g)].length;
	if (dots >= form.most) {
		return { fault: `has ${dots + 1} segments`, why: `${form.most} is the limit.`, tries: ['a flatter holon'] };
	}
	if (text.startsWith('.')) return { fault: 'begins with a dot', why: 'A dot stands between two segments.' };
	if (text.endsWith('.')) return { fault: 'ends with a dot', why: 'A dot stands between two segments.' };
	return undefined;
}

function segmentsFault(segments: readonly string[], form: Form): Fault | undefined {
	const names = new Set<string>();
	for (const [at, segment] of segments.entries()) {
		const where = `segment ${at + 1}`;
		if (segment === '') return { fault: `has nothing in ${where}`, why: 'A dot stands between two segments.' };
		const found = segment.startsWith(':')
			? parameterFault(segment, where, form, names, at === segments.length - 1)
			: segmentFault(segment, where, form);
		if (found) return found;
		if (at === 0 && segment.startsWith(':')) {
			return { fault: 'has a parameter for its context', why: `The contexts are ${CONTEXTS}.` };
		}
	}
	if (segments.length < form.least) {
		const [only = ''] = segments;
		const [context] = isContext(only) ? [only] : nearest(only, contexts, 1);
		const tries = [quote(`${context ?? `self.${only}`}.manifest`)];
		return { fault: 'has one segment', why: 'A context and an aspect are the least there is.', tries };
	}
	const [context = ''] = segments;
	if (isContext(context)) return undefined;
	const tries = [`a context before it, as ${quote(`self.${segments.join('.')}`)}`];
	return { fault: `begins with ${show(context)}, which is no context`, why: `The contexts are ${CONTEXTS}.`, tries };
}

function segmentFault(segment: string, where: string, form: Form): Fault | undefined {
	if (isSegment(segment)) return undefined;
	if (segment.includes('*')) {
		const why = `A wildcard stands for many, and this is about one.`;
		return { fault: `has the wildcard "*" in ${where}`, why, tries: ['writing that segment out'] };
	}
	const char = foreign.exec(segment)?.[0];
	if (char !== undefined && /[A-Z]/.test(char)) {
		return { fault: `has the capital "${char}" in ${where}, ${show(segment)}`, why: 'Segments are lower case.' };
	}
	const hint = form.parameters ? `${LETTERS} A parameter begins with ":".` : LETTERS;
	if (char !== undefined) return { fault: `has the character ${quote(char)} in ${where}, ${show(segment)}`, why: hint };
	const [good = ''] = prefix.exec(segment) ?? [];
	if (good === '') return { fault: `has "${segment.charAt(0)}" first in ${where}, ${show(segment)}`, why: hint };
	return { fault: `has a hyphen at an end, or two in a row, in ${where}, ${show(segment)}`, why: hint };
}

function parameterFault(
	segment: string,
	where: string,
	form: Form,
	names: Set<string>,
	last: boolean,
): Fault | undefined {
	const name = segment.slice(1);
	if (!form.parameters) {
		const why = 'A template says what a class answers for, a path names one of them.';
		return {
			fault: `has the parameter ${show(segment)} in ${where}`,
			why,
			tries: ["the entity's own name in its place"],
		};
	}
	if (!parameter.test(name)) {
		const why = 'A parameter is ":", a lower case letter, then letters, digits and "_".';
		return { fault: `has the parameter ${show(segment)} in ${where}`, why, tries: ['":id"'] };
	}
	if (names.has(name)) {
		const why = 'Each parameter is given one value.';
		return {
			fault: `has the parameter ${show(segment)} twice`,
			why,
			tries: [`${quote(`${segment}2`)} for one of them`],
		};
	}
	names.add(name);
	if (form.endsWithAspect && last) {
		const why = 'The last segment is the aspect, one method of the class.';
		return { fault: `has the parameter ${show(segment)} for its aspect`, why, tries: ['an aspect after it'] };
	}
	return undefined;
}

function show(segment: string): string {
	return `"${printable(segment, 40)}"`;
}
