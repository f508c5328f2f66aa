import { PathSyntaxError } from '../../agentese/errors/errors.js';
import { isSegment } from '../../agentese/paths/grammar.js';
import { parsePathTemplate } from '../../agentese/paths/template.js';
import { CAPTURES, ERROR_CONTENTS } from '../capture/settings.js';
import type { TracedOptions } from './options.js';

/** The options whose values are functions. */
const FUNCTIONS = [
	'observer',
	'startAttributes',
	'attributes',
	'result',
	'expected',
	'refused',
	'parent',
	'links',
	'tokens',
] as const satisfies readonly (keyof TracedOptions)[];

/** The options whose values are non-empty strings. */
const TEXTS = ['name', 'watch'] as const satisfies readonly (keyof TracedOptions)[];

/**
 * Returns a sentence about the first invalid value among the options of `@Traced`: the option, and what it must be.
 * Undefined if all are valid. Unknown keys are refused before, by the weaving.
 */
export function faultIn(options: TracedOptions): string | undefined {
	for (const key of FUNCTIONS) {
		if (options[key] !== undefined && typeof options[key] !== 'function') return `The option '${key}' is a function.`;
	}
	for (const key of TEXTS) {
		const value: unknown = options[key];
		if (value !== undefined && (typeof value !== 'string' || value === '')) {
			return `The option '${key}' is a non-empty string.`;
		}
	}
	if (options.root !== undefined && typeof options.root !== 'boolean') return "The option 'root' is true or false.";
	if (options.span !== undefined && options.span !== 'new' && options.span !== 'current') {
		return "The option 'span' is 'new' or 'current'.";
	}
	if (options.operation !== undefined && options.operation !== 'invoke_agent' && options.operation !== 'execute_tool') {
		return "The option 'operation' is 'invoke_agent' or 'execute_tool'.";
	}
	if (options.kind !== undefined && !(Number.isInteger(options.kind) && options.kind >= 0 && options.kind <= 4)) {
		return "The option 'kind' is a SpanKind of OpenTelemetry, 0 to 4.";
	}
	if (options.capture !== undefined && !CAPTURES.includes(options.capture)) {
		return "The option 'capture' is 'off', 'metadata' or 'full'.";
	}
	if (options.errors !== undefined && !ERROR_CONTENTS.includes(options.errors)) {
		return "The option 'errors' is 'full' or 'type'.";
	}
	return faultInAspect(options.aspect) ?? faultInPath(options.path);
}

/**
 * Returns a sentence about an aspect that cannot be a segment of a path; undefined if it can, or is undefined or false.
 */
export function faultInAspect(aspect: unknown): string | undefined {
	if (aspect === undefined || aspect === false || isSegment(aspect)) return undefined;
	return `An aspect begins with a lower case letter and holds lower case letters, digits, '_' and '-'; '${String(aspect).slice(0, 80)}' does not.`;
}

/** Returns the message of the error that parsing the path throws; undefined if it is valid or not given. */
function faultInPath(path: unknown): string | undefined {
	if (path === undefined) return undefined;
	try {
		parsePathTemplate(path);
		return undefined;
	} catch (error) {
		return error instanceof PathSyntaxError ? error.message : String(error);
	}
}
