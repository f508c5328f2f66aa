import { PathSyntaxError } from '../errors/errors.js';
import { quote } from '../errors/escape.js';
import { type Fault, type Form, findFault, PATH } from './faults.js';
import { type AgenteseContext, contexts, isContext, isSegment, MAX_LENGTH, MAX_SEGMENTS, SEGMENT } from './grammar.js';
import { repair } from './repair.js';

export { type AgenteseContext, contexts, isContext, isSegment };

/** A path, taken apart. Frozen. */
export interface AgentesePath {
	/** The whole path, as it was given. */
	readonly path: string;
	/** The first segment. */
	readonly context: AgenteseContext;
	/** The segments between context and aspect with their dots; `''` where the path has two segments. */
	readonly holon: string;
	/** The last segment. */
	readonly aspect: string;
}

const shape = new RegExp(`^(?:${contexts.join('|')})(?:\\.${SEGMENT})+$`);

/** A path of more than 64 segments has at least so many characters, so that shorter ones need no counting. */
const COUNT_FROM = 'time'.length + '.x'.length * MAX_SEGMENTS;

/**
 * Takes a path apart: `self.memory.cartography.map` has the context `self`, the holon `memory.cartography` and the
 * aspect `map`. The text is taken as it is, neither trimmed nor changed.
 *
 * @throws PathSyntaxError that names the fault and, where one is near, the path that was meant
 */
export function parsePath(text: unknown): AgentesePath {
	const parsed = tryParsePath(text);
	if (parsed instanceof PathSyntaxError) throw parsed;
	return parsed;
}

/**
 * The same, but answers the error instead of throwing it. It never throws, takes linear time for whatever it is
 * given, and remembers nothing.
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

/** The handle of a path: everything before its aspect. */
export function handleOf(path: AgentesePath): string {
	return path.holon === '' ? path.context : `${path.context}.${path.holon}`;
}

/** The error for a text that is not of that form. */
export function syntaxError(text: unknown, form: Form): PathSyntaxError {
	if (typeof text !== 'string') {
		return new PathSyntaxError(form.noun, typeName(text), 'is not a string', {
			why: 'Context, holon and aspect are written with dots between them.',
			tries: [example(form)],
		});
	}
	return faultError(text, form, findFault(text, form) ?? { fault: 'has another form', why: '' });
}

function faultError(text: string, form: Form, { fault, why, tries = [example(form)] }: Fault): PathSyntaxError {
	const suggestion = fault === 'is a composition' ? undefined : repair(text, form.least);
	const whole = suggestion !== undefined && findFault(suggestion, form) === undefined;
	return new PathSyntaxError(form.noun, quote(text), fault, {
		why,
		tries: whole ? [quote(suggestion)] : tries,
		...(whole && { suggestion }),
	});
}

function example(form: Form): string {
	return `one such as ${quote(form.example)}`;
}

/** Asks `typeof` alone, which no proxy and no getter can answer otherwise. */
function typeName(value: unknown): string {
	if (value === null || value === undefined) return String(value);
	return typeof value === 'object' ? 'An object' : `A ${typeof value}`;
}
