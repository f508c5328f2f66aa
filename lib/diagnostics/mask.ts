import { REDACTED } from '../redaction/marker.js';
import { withoutSecrets } from './configured-secrets.js';

/** Longer lines are cut: stderr is the application's. */
const MAX_LENGTH = 1000;

const OURS = 'agentese-otel: ';

/** A header, a parameter or a key whose name says that it is a secret, with what follows it. */
const NAMED =
	/\b((?:proxy-)?authorization|(?:[\w-]*[-_])?(?:api[-_]?key|token|secret|password|passwd|cookie))(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|(?:(?:bearer|basic)\s+)?[^\s"',;&}]+)/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const USER_OF_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/** Takes out what looks like a secret, and the values of every configured header. */
export function mask(text: string): string {
	return withoutSecrets(text)
		.replace(NAMED, `$1$2${REDACTED}`)
		.replace(BEARER, `$1 ${REDACTED}`)
		.replace(USER_OF_URL, `$1${REDACTED}@`);
}

/** What was given to a diag logger, as one line. */
export function lineOf(message: unknown, rest: readonly unknown[]): string {
	const text = [message, ...rest]
		.map(readable)
		.filter(Boolean)
		.join(' ')
		.replace(/\s*\n\s*/g, ' ')
		.trim();
	const line = text.startsWith(OURS) ? text : `${OURS}OpenTelemetry says: ${text}`;
	return mask(line).slice(0, MAX_LENGTH);
}

/** OpenTelemetry's error handler makes one JSON text of an error and its stack; a person wants the message. */
function readable(value: unknown): string {
	if (value instanceof Error) return ofError(value as unknown as Record<string, unknown>);
	if (typeof value === 'object' && value !== null) return safely(() => JSON.stringify(value));
	const text = safely(() => String(value));
	if (!text.startsWith('{"')) return text;
	try {
		return ofError(JSON.parse(text));
	} catch {
		return text;
	}
}

function ofError(error: Record<string, unknown>): string {
	const { name, message, errors, code, data } = error;
	// An AggregateError (a host with two addresses) has its messages within.
	const inner = Array.isArray(errors) ? errors.map((one) => String(one?.message ?? one)).join(', ') : errors;
	const words = [message, inner, code, data].filter((word) => typeof word === 'string' && word !== '') as string[];
	const text = words.filter((word, index) => !words.slice(0, index).some((before) => before.includes(word))).join(' ');
	return typeof name === 'string' && name !== 'Error' ? `${name}: ${text}` : text;
}

function safely(make: () => string | undefined): string {
	try {
		return make() ?? '';
	} catch {
		return 'something that cannot be read';
	}
}
