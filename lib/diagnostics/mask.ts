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

/**
 * Remembers a secret, which `withoutSecrets()` replaces from then on. `Bearer abc` is remembered as two
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
 * Returns the text with every remembered secret, and everything that the built-in detectors of redaction find, replaced
 * by `[redacted]`. Its time is proportional to the length of the text, which other software may have written.
 */
export function withoutSecrets(text: string): string {
	let result = text;
	for (const secret of knownSecrets) result = result.replaceAll(secret, REDACTED);
	return detectors.text(result);
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
