import { PathSyntaxError } from '../errors/errors.js';
import { quote } from '../errors/escape.js';
import { type Fault, type Form, findFault, PATH } from './faults.js';
import { type AgenteseContext, contexts, isContext, isSegment, MAX_LENGTH, MAX_SEGMENTS, SEGMENT } from './grammar.js';
import { repairPath } from './repair.js';

export { type AgenteseContext, contexts, isContext, isSegment };

/** A path and its parts. Frozen. */
export interface AgentesePath {
	/** The whole path, as it was given. */
	readonly path: string;
	/** The first segment, one of the five contexts. */
	readonly context: AgenteseContext;
	/** The segments between context and aspect, joined with dots; `''` if the path has two segments. */
	readonly holon: string;
	/** The last segment: the method that is invoked. */
	readonly aspect: string;
}

/** Matches every path, whatever the number of its segments, in linear time. */
const shape = new RegExp(`^(?:${contexts.join('|')})(?:\\.${SEGMENT})+$`);

/** The fewest characters of a path with more than 64 segments: the segments of a shorter text are not counted. */
const COUNT_FROM = 'time'.length + '.x'.length * MAX_SEGMENTS;

/**
 * Parses a path: `self.memory.cartography.map` has the context `self`, the holon `memory.cartography` and the aspect
 * `map`. The text is neither trimmed nor changed.
 *
 * @param text - the path; any other value is accepted too, and refused with the same error
 * @returns the frozen parts of the path
 * @throws PathSyntaxError that states the fault and, if one is near, the path that was probably meant
 *
 * @example
 * ```ts
 * import { parsePath } from 'agentese-otel';
 *
 * const { context, holon, aspect } = parsePath('self.memory.cartography.map');
 * [context, holon, aspect]; // => ['self', 'memory.cartography', 'map']
 * parsePath('soul.map'); // throws PathSyntaxError
 * ```
 */
export function parsePath(text: unknown): AgentesePath {
	const parsed = tryParsePath(text);
	if (parsed instanceof PathSyntaxError) throw parsed;
	return parsed;
}

/**
 * Parses a path like `parsePath`, but returns the error instead of throwing it. Never throws, takes linear time for any
 * value, and caches nothing.
 */
export function tryParsePath(text: unknown): AgentesePath | PathSyntaxError {
	if (typeof text !== 'string' || text.length > MAX_LENGTH || !shape.test(text)) return syntaxError(text, PATH);
	const first = text.indexOf('.');
	const last = text.lastIndexOf('.');
	if (text.length >= COUNT_FROM && text.split('.').length > MAX_SEGMENTS) return syntaxError(text, PATH);
	return Object.freeze({
		path: text,
		context: text.slice(0, first) as AgenteseContext,
		holon: text.slice(first + 1, last),
		aspect: text.slice(last + 1),
	});
}

/** Returns the handle of a path: everything before its aspect. */
export function handleOf(path: AgentesePath): string {
	return path.holon === '' ? path.context : `${path.context}.${path.holon}`;
}

/** Creates the error for a value that does not have the form. Never throws. */
export function syntaxError(text: unknown, form: Form): PathSyntaxError {
	if (typeof text !== 'string') {
		return new PathSyntaxError(form.noun, typeName(text), 'is not a string', {
			why: 'Context, holon and aspect are written with dots between them.',
			tries: [example(form)],
		});
	}
	return faultError(text, form, findFault(text, form) ?? { fault: 'has another form', why: '' });
}

/** Creates the error for a fault. It tries the repaired text if that one is valid, else what the fault itself tries. */
function faultError(text: string, form: Form, { fault, why, tries = [example(form)] }: Fault): PathSyntaxError {
	const suggestion = fault === 'is a composition' ? undefined : repairPath(text, form.minSegments);
	const isValid = suggestion !== undefined && findFault(suggestion, form) === undefined;
	return new PathSyntaxError(form.noun, quote(text), fault, {
		why,
		tries: isValid ? [quote(suggestion)] : tries,
		...(isValid && { suggestion }),
	});
}

/** Returns the words that recommend a valid text of the form. */
function example(form: Form): string {
	return `one such as ${quote(form.example)}`;
}

/** Names the type of a value for a message. Uses `typeof` only, which no proxy and no getter can intercept. */
function typeName(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	return typeof value === 'object' ? 'An object' : `A ${typeof value}`;
}
