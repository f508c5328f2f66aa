import { type Form, findFault } from './faults.js';
import { type AgenteseContext, isSegment, MAX_SEGMENTS } from './grammar.js';
import { syntaxError } from './parse.js';

/** What segments can be matched against: a handle, or the template of a whole path. Frozen. */
export interface Template {
	/** The first segment, one of the five contexts. */
	readonly context: AgenteseContext;
	/** All segments as they were written, parameters with their colon. Frozen. */
	readonly segments: readonly string[];
	/** Whether it has parameters. */
	readonly isTemplate: boolean;
	/** The names of its parameters without the colon, from left to right. Frozen. */
	readonly parameters: readonly string[];
	/** How many segments are not parameters. Of two that match, the higher one wins: see `compareTemplates`. */
	readonly specificity: number;
}

/** The handle of a resolver class, the common part of its paths: `self.soul`, `world.town.:citizen`, `void`. */
export interface Handle extends Template {
	/** The text, as it was given. */
	readonly handle: string;
}

/** The template of a whole path: `world.town.:citizen.manifest`. One without parameters is a path. */
export interface PathTemplate extends Template {
	/** The text, as it was given. */
	readonly template: string;
	/** Everything before the aspect. */
	readonly handle: string;
	/** The segments between context and aspect, joined with dots; `''` if there are none. */
	readonly holon: string;
	/** The last segment, never a parameter. */
	readonly aspect: string;
}

/** The values of a template's parameters by name. Has no prototype. Frozen. */
export type Params = Readonly<Record<string, string>>;

const HANDLE: Form = {
	noun: 'a handle',
	example: 'self.soul',
	minSegments: 1,
	maxSegments: MAX_SEGMENTS - 1,
	parameters: true,
	endsWithAspect: false,
};
const TEMPLATE: Form = {
	noun: 'a path template',
	example: 'world.town.:citizen.manifest',
	minSegments: 2,
	maxSegments: MAX_SEGMENTS,
	parameters: true,
	endsWithAspect: true,
};

/** The values of a template without parameters. */
const NO_PARAMS: Params = Object.freeze(Object.create(null));

/**
 * Parses a handle. Its first segment is one of the five contexts; each further segment is a segment of a path, or a
 * parameter: `:` and a name that begins with a lower-case letter. A context alone is the handle of paths with two
 * segments.
 *
 * @throws PathSyntaxError that states the fault and, if one is near, the handle that was probably meant
 */
export function parseHandle(text: unknown): Handle {
	const handle = checkForm(text, HANDLE);
	return Object.freeze({ handle, ...parseTemplate(handle) });
}

/**
 * Parses the template of a whole path: a handle and an aspect.
 *
 * @throws PathSyntaxError that states the fault and, if one is near, the template that was probably meant
 */
export function parsePathTemplate(text: unknown): PathTemplate {
	const template = checkForm(text, TEMPLATE);
	const parts = parseTemplate(template);
	const aspect = parts.segments.at(-1) ?? '';
	const handle = template.slice(0, -aspect.length - 1);
	const holon = handle.slice(parts.context.length + 1);
	return Object.freeze({ template, handle, holon, aspect, ...parts });
}

/**
 * Returns the values of the parameters if the segments match the template; undefined if they do not. They match if
 * there are as many of them, each parameter has a valid segment, and all others are equal.
 *
 * @param segments - all segments of a path for a path template; for a handle those without the aspect
 */
export function matchHandle(template: Template, segments: readonly string[]): Params | undefined {
	const expectedSegments = template.segments;
	if (expectedSegments.length !== segments.length) return undefined;
	for (const [at, expected] of expectedSegments.entries()) {
		const given = segments[at];
		if (expected.startsWith(':') ? !isSegment(given) : expected !== given) return undefined;
	}
	if (!template.isTemplate) return NO_PARAMS;
	const params: Record<string, string> = Object.create(null);
	for (const [at, expected] of expectedSegments.entries()) {
		if (expected.startsWith(':')) params[expected.slice(1)] = segments[at] ?? '';
	}
	return Object.freeze(params);
}

/**
 * Compares two templates for `Array.sort`, so that the first one that matches wins: the one with more segments that are
 * not parameters, then the one with the leftmost of them, then by text. The order does not depend on the order of
 * registration.
 */
export function compareTemplates(a: Template, b: Template): number {
	if (a.specificity !== b.specificity) return b.specificity - a.specificity;
	const [x, y] = [outline(a), outline(b)];
	if (x !== y) return x < y ? -1 : 1;
	const [s, t] = [a.segments.join('.'), b.segments.join('.')];
	return s === t ? 0 : s < t ? -1 : 1;
}

/** Returns whether two templates match exactly the same segments: they differ at most in the names of parameters. */
export function sameShape(a: Template, b: Template): boolean {
	return (
		a.segments.length === b.segments.length &&
		a.segments.every((segment, at) => {
			const counterpart = b.segments[at] ?? '';
			return segment.startsWith(':') ? counterpart.startsWith(':') : segment === counterpart;
		})
	);
}

/** Returns `0` for each segment and `1` for each parameter, so that the leftmost segment sorts first. */
function outline(template: Template): string {
	return template.segments.map((segment) => (segment.startsWith(':') ? '1' : '0')).join('');
}

/** Returns the text if it has the form; throws a PathSyntaxError if not. */
function checkForm(text: unknown, form: Form): string {
	if (typeof text !== 'string' || findFault(text, form) !== undefined) throw syntaxError(text, form);
	return text;
}

/** Splits a text whose form has been checked. */
function parseTemplate(text: string): Template {
	const segments = Object.freeze(text.split('.'));
	const parameters = segments.filter((segment) => segment.startsWith(':')).map((segment) => segment.slice(1));
	return {
		context: segments[0] as AgenteseContext,
		segments,
		isTemplate: parameters.length > 0,
		parameters: Object.freeze(parameters),
		specificity: segments.length - parameters.length,
	};
}
