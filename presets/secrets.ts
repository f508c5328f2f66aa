import { inspect } from 'node:util';
import { shared } from '../lib/runtime/shared.js';

/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** Shorter values are words that text is full of; cutting these out would make nonsense of a log. */
const MIN_LENGTH = 6;

/** A process has a handful of headers; a test that starts a thousand times must not grow this for ever. */
const MAX_KNOWN = 500;

const known = shared('presets/secrets', () => new Set<string>());

/** Shows a mask for every value, wherever it is printed or becomes JSON; reading a value answers the value. */
const masking = Object.create(Object.prototype, {
	[inspect.custom]: { value: masked },
	toJSON: { value: masked },
}) as object;

function masked(this: object): Record<string, string> {
	return Object.fromEntries(Object.keys(this).map((name) => [name, REDACTED]));
}

/**
 * The headers as an object that keeps its values to itself: `console.log`, `util.inspect` and `JSON.stringify` show
 * `[redacted]`, of the object and of everything that holds it. From now on `withoutSecrets` cuts the values out.
 */
export function secretHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
	for (const value of Object.values(headers)) remember(value);
	return Object.assign(Object.create(masking), headers);
}

/** The text with the value of every known header replaced: for messages that others wrote. */
export function withoutSecrets(text: string): string {
	let result = text;
	for (const secret of known) result = result.replaceAll(secret, REDACTED);
	return result;
}

/** `Bearer abc` is two secrets: a message may repeat the token alone. */
function remember(value: string): void {
	for (const secret of [value, value.slice(value.indexOf(' ') + 1)]) {
		if (secret.length >= MIN_LENGTH && known.size < MAX_KNOWN) known.add(secret);
	}
}
