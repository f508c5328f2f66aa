import { PathSyntaxError } from '../../agentese/errors/errors.js';
import { isSegment } from '../../agentese/paths/grammar.js';
import { parsePathTemplate } from '../../agentese/paths/template.js';
import { CAPTURES, ERROR_CONTENTS } from '../capture/settings.js';
import { faultInMeteredOption } from '../metering/check-options.js';
import type { TracedOptions } from './options.js';

/** The options whose values are functions. */
const FUNCTIONS = [
	'observer',
	'samplingAttributes',
	'attributes',
	'result',
	'refused',
	'parent',
	'links',
	'tokens',
	'when',
] as const satisfies readonly (keyof TracedOptions)[];

/** The options whose values are non-empty strings. */
const TEXTS = ['follow', 'operation'] as const satisfies readonly (keyof TracedOptions)[];

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
	const { name } = options as { name?: unknown };
	if (name !== undefined && typeof name !== 'function' && (typeof name !== 'string' || name === '')) {
		return "The option 'name' is a non-empty string, or a function that returns one.";
	}
	const fault = faultInExpected(options.expected);
	if (fault !== undefined) return fault;
	if (options.root !== undefined && typeof options.root !== 'boolean') return "The option 'root' is true or false.";
	if (options.span !== undefined && options.span !== 'new' && options.span !== 'current') {
		return "The option 'span' is 'new' or 'current'.";
	}
	if (options.kind !== undefined && !(Number.isInteger(options.kind) && options.kind >= 0 && options.kind <= 4)) {
		return "The option 'kind' is a SpanKind of OpenTelemetry, 0 to 4.";
	}
	if (options.errors !== undefined && !ERROR_CONTENTS.includes(options.errors)) {
		return "The option 'errors' is 'full' or 'type'.";
	}
	return (
		faultInCapture(options.capture) ??
		faultInMeteredOption(options.metered) ??
		faultInAspect(options.aspect) ??
		faultInPath(options.path)
	);
}

/** Returns a sentence about a value of the option `capture` that is illegal; undefined if it is legal or not given. */
function faultInCapture(capture: unknown): string | undefined {
	if (capture === undefined || isCapture(capture)) return undefined;
	const words = "'off', 'metadata' or 'full'";
	if (typeof capture !== 'object' || capture === null || Array.isArray(capture)) {
		return `The option 'capture' is ${words}, or { arguments, result }.`;
	}
	const { arguments: args, result, ...others } = capture as { arguments?: unknown; result?: unknown };
	const [unknown] = Object.keys(others);
	if (unknown !== undefined) return `The option 'capture' has the keys arguments and result, and not '${unknown}'.`;
	if (args !== undefined && typeof args !== 'function' && !isCapture(args)) {
		return `The option 'capture.arguments' is ${words}, or a function that returns what is written.`;
	}
	return result === undefined || isCapture(result) ? undefined : `The option 'capture.result' is ${words}.`;
}

/** True for a legal value of one side of `capture`. */
function isCapture(value: unknown): boolean {
	return (CAPTURES as readonly unknown[]).includes(value);
}

/** Returns a sentence about a value of the option `expected` that is illegal; undefined if it is legal or not given. */
function faultInExpected(expected: unknown): string | undefined {
	if (expected === undefined) return undefined;
	const rule = "The option 'expected' is an array of error classes, or a function that returns true for an error";
	if (isErrorClass(expected)) return `${rule}; write [${expected.name}] for the class ${expected.name}.`;
	if (typeof expected === 'function') return undefined;
	if (!Array.isArray(expected)) return `${rule}.`;
	const wrong = expected.findIndex((item) => typeof item !== 'function' || typeof item.prototype !== 'object');
	if (wrong === -1) return undefined;
	// An import cycle leaves a class undefined while another one is being decorated.
	return `${rule}; its item ${wrong} is ${expected[wrong] === undefined ? 'undefined, as in a cycle of imports' : 'no class'}.`;
}

/** True for a class that `expected` would call as a function, which throws. */
function isErrorClass(value: unknown): value is { readonly name: string } {
	return typeof value === 'function' && (value === Error || value.prototype instanceof Error);
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
