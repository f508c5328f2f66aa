import { type Form, findFault } from './faults.js';
import { type AgenteseContext, isSegment, MAX_SEGMENTS } from './grammar.js';
import { syntaxError } from './parse.js';

/** What can be matched against segments: a handle, or the template of a whole path. Frozen. */
export interface Template {
	/** The first segment. */
	readonly context: AgenteseContext;
	/** All segments as they were written, parameters with their colon. */
	readonly segments: readonly string[];
	/** True where it has parameters. */
	readonly isTemplate: boolean;
	/** The names of its parameters without their colon, from left to right. */
	readonly parameters: readonly string[];
	/** How many of its segments are not parameters. Of two that match, the higher one wins: see `compareTemplates`. */
	readonly specificity: number;
}

/** What a resolver class answers for: `self.soul`, `world.town.:citizen`, `void`. */
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
	/** The segments between context and aspect with their dots; `''` where there are none. */
	readonly holon: string;
	/** The last segment, never a parameter. */
	readonly aspect: string;
}

/** The values of a template's parameters by name, without a prototype. Frozen. */
export type Params = Readonly<Record<string, string>>;

const HANDLE: Form = {
	noun: 'a handle',
	example: 'self.soul',
	least: 1,
	most: MAX_SEGMENTS - 1,
	parameters: true,
	endsWithAspect: false,
};
const TEMPLATE: Form = {
	noun: 'a path template',
	example: 'world.town.:citizen.manifest',
	least: 2,
	most: MAX_SEGMENTS,
	parameters: true,
	endsWithAspect: true,
};

const NONE: Params = Object.freeze(Object.create(null));

/**
 * Takes a handle apart. Its context is one of the five; each further segment is a segment of a path or a parameter,
 * `:` and a name that begins with a lower case letter. A context alone is a handle, for paths of two segments.
 *
 * @throws PathSyntaxError that names the fault and, where one is near, the handle that was meant
 */
export function parseHandle(text: unknown): Handle {
	const handle = checked(text, HANDLE);
	return Object.freeze({ handle, ...taken(handle) });
}

/**
 * Takes the template of a whole path apart: a handle and an aspect.
 *
 * @throws PathSyntaxError that names the fault and, where one is near, the template that was meant
 */
export function parsePathTemplate(text: unknown): PathTemplate {
	const template = checked(text, TEMPLATE);
	const parts = taken(template);
	const aspect = parts.segments.at(-1) ?? '';
	const handle = template.slice(0, -aspect.length - 1);
	const holon = handle.slice(parts.context.length + 1);
	return Object.freeze({ template, handle, holon, aspect, ...parts });
}

/**
 * Answers the values of the parameters where the segments are the template's own, else undefined. There must be as
 * many of them; what stands for a parameter must be a segment of a path.
 *
 * @param segments - for a handle those of a path less its aspect, for a path template all of them
 */
export function matchHandle(template: Template, segments: readonly string[]): Params | undefined {
	const own = template.segments;
	if (own.length !== segments.length) return undefined;
	for (const [at, expected] of own.entries()) {
		const given = segments[at];
		if (expected.startsWith(':') ? !isSegment(given) : expected !== given) return undefined;
	}
	if (!template.isTemplate) return NONE;
	const params: Record<string, string> = Object.create(null);
	for (const [at, expected] of own.entries()) {
		if (expected.startsWith(':')) params[expected.slice(1)] = segments[at] ?? '';
	}
	return Object.freeze(params);
}

/**
 * Sorts templates so that the first which matches is the one that wins: more segments that are not parameters, then
 * the leftmost of them, then the text. The order does not depend on the order of registration.
 */
export function compareTemplates(a: Template, b: Template): number {
	if (a.specificity !== b.specificity) return b.specificity - a.specificity;
	const [x, y] = [outline(a), outline(b)];
	if (x !== y) return x < y ? -1 : 1;
	const [s, t] = [a.segments.join('.'), b.segments.join('.')];
	return s === t ? 0 : s < t ? -1 : 1;
}

/** True where two match exactly the same: they differ in nothing but the names of their parameters. */
export function sameShape(a: Template, b: Template): boolean {
	return (
		a.segments.length === b.segments.length &&
		a.segments.every((segment, at) => {
			const other = b.segments[at] ?? '';
			return segment.startsWith(':') ? other.startsWith(':') : segment === other;
		})
	);
}

/** `0` for a segment, `1` for a parameter, so that the leftmost segment sorts first. */
function outline(template: Template): string {
	return template.segments.map((segment) => (segment.startsWith(':') ? '1' : '0')).join('');
}

function checked(text: unknown, form: Form): string {
	if (typeof text !== 'string' || findFault(text, form) !== undefined) throw syntaxError(text, form);
	return text;
}

function taken(text: string): Template {
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
