import { withoutSecrets } from './mask.js';

/** The longest line, in characters; longer ones are cut. Stderr belongs to the application. */
const MAX_LENGTH = 1000;

/** The first words of every line that the toolkit writes to stderr. */
const PREFIX = 'agentese-otel: ';

/**
 * Returns the arguments of a call of a diag logger as one log line: without line breaks, masked, prefixed with
 * `agentese-otel: `, and at most 1,000 characters long. Never throws.
 *
 * A message of OpenTelemetry is prefixed with `OpenTelemetry reported: ` as well; one of the toolkit is not.
 *
 * @param message - the first argument of the call
 * @param rest - its further arguments
 */
export function formatLine(message: unknown, rest: readonly unknown[]): string {
	const text = [message, ...rest]
		.map(textOf)
		.filter(Boolean)
		.join(' ')
		.replace(/\s*\n\s*/g, ' ')
		.trim();
	const line = text.startsWith(PREFIX) ? text : `${PREFIX}OpenTelemetry reported: ${text}`;
	return withoutSecrets(line).slice(0, MAX_LENGTH);
}

/**
 * Returns one argument as text. OpenTelemetry's error handler passes an error with its stack as one JSON text; of that
 * only the name and the message are kept.
 */
function textOf(value: unknown): string {
	if (value instanceof Error) return errorText(value as unknown as Record<string, unknown>);
	if (typeof value === 'object' && value !== null) return tryText(() => JSON.stringify(value));
	const text = tryText(() => String(value));
	if (!text.startsWith('{"')) return text;
	try {
		return errorText(JSON.parse(text));
	} catch {
		return text;
	}
}

/** Returns the name, the messages, the code and the data of an error, each text once. */
function errorText(error: Record<string, unknown>): string {
	const { name, message, errors, code, data } = error;
	// An AggregateError (a host with two addresses) holds its messages in its inner errors.
	const inner = Array.isArray(errors) ? errors.map((cause) => String(cause?.message ?? cause)).join(', ') : errors;
	const parts = [message, inner, code, data].filter((part) => typeof part === 'string' && part !== '') as string[];
	const text = parts.filter((part, index) => !parts.slice(0, index).some((before) => before.includes(part))).join(' ');
	return typeof name === 'string' && name !== 'Error' ? `${name}: ${text}` : text;
}

/** Returns what `convert` returns: an empty text for undefined, a replacement if it throws. */
function tryText(convert: () => string | undefined): string {
	try {
		return convert() ?? '';
	} catch {
		return '(a value that cannot be read)';
	}
}
