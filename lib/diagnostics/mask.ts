import { REDACTED } from '../redaction/detectors/marker.js';
import { Redactor } from '../redaction/redactor.js';
import { processState } from '../runtime/process-state.js';

/**
 * The shortest value that is masked, in characters. Shorter values are ordinary words, and a log would become
 * unreadable.
 */
const MIN_LENGTH = 6;

/**
 * The number of secrets that are remembered. A process has a few; one that renews its token every minute must not grow
 * the set. Beyond it the secret that was configured longest ago is forgotten.
 */
const MAX_KNOWN = 500;

/** The values of all configured headers, and the passwords of all configured endpoints. */
const knownSecrets = processState('diagnostics/mask', () => new Set<string>());

/** Replaces values that look like a secret, with the redactor's default detectors. */
const detectors = new Redactor();

/** A header, a parameter or a key whose name marks it as a secret, with the value that follows it. */
const NAMED =
	/\b((?:proxy-)?authorization|(?:[\w-]*[-_])?(?:api[-_]?key|token|secret|password|passwd|cookie))(["']?\s*[:=]\s*)("[^"]*"|'[^']*'|(?:(?:bearer|basic)\s+)?[^\s"',;&}]+)/gi;

/** The credentials of an `Authorization` header, without its name. */
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;

/** The user name and password of a URL. */
const USER_OF_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;

/**
 * Remembers a secret, which `withoutSecrets()` and `mask()` replace from then on. `Bearer abc` is remembered as two
 * secrets, since a message may repeat the token alone. Values under 6 characters are not remembered.
 */
export function rememberSecret(value: string): void {
	for (const secret of [value, value.slice(value.indexOf(' ') + 1)]) {
		if (secret.length < MIN_LENGTH) continue;
		// Deleted first, so that the set is in the order in which secrets were configured last.
		knownSecrets.delete(secret);
		knownSecrets.add(secret);
		const [oldest] = knownSecrets;
		if (knownSecrets.size > MAX_KNOWN && oldest !== undefined) knownSecrets.delete(oldest);
	}
}

/**
 * Returns the text with every remembered secret, and every value that looks like a secret by itself, replaced by
 * `[redacted]`.
 */
export function withoutSecrets(text: string): string {
	let result = text;
	for (const secret of knownSecrets) result = result.replaceAll(secret, REDACTED);
	return detectors.text(result);
}

/**
 * Does what `withoutSecrets()` does, and also replaces values that follow the name of a secret (`api_key=…`,
 * `authorization: …`). Use it for text that other software wrote, such as OpenTelemetry's messages and responses.
 */
export function mask(text: string): string {
	return withoutSecrets(text)
		.replace(NAMED, `$1$2${REDACTED}`)
		.replace(BEARER, `$1 ${REDACTED}`)
		.replace(USER_OF_URL, `$1${REDACTED}@`);
}

/** The parameters of a URL, from the question mark on. */
const QUERY_OF_URL = /(\/\/[^\s'"?#]*\?)([^\s'"#]+)/g;

/**
 * Returns the text with the secret parts of each address replaced by `[redacted]`: the part before the host
 * (`//user:password@`), and the value of each parameter (`?api_key=…`).
 */
export function maskAddresses(text: string): string {
	return text
		.replace(/\/\/[^\s/'"?#]+@/g, `//${REDACTED}@`)
		.replace(QUERY_OF_URL, (_, before: string, query: string) => {
			return (
				before +
				query.replace(/(^|[&;])([^&;=]*=)?[^&;]*/g, (_part, separator, name = '') => `${separator}${name}${REDACTED}`)
			);
		});
}
