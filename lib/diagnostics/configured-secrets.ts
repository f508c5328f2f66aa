import { inspect } from 'node:util';
import { REDACTED } from '../redaction/marker.js';
import { Redactor } from '../redaction/redactor.js';
import { processState } from '../runtime/process-state.js';

/** Shorter values are words that text is full of; cutting these out would make nonsense of a log. */
const MIN_LENGTH = 6;

/** A process has a handful of headers; a test that starts a thousand times must not grow this for ever. */
const MAX_KNOWN = 500;

const known = processState('diagnostics/configured-secrets', () => new Set<string>());

/** A prototype that prints, and becomes JSON, as what `shown` answers; one per process, so that equal configs are equal. */
function printedAs(shown: () => object): object {
	return Object.create(Object.prototype, { [inspect.custom]: { value: shown }, toJSON: { value: shown } });
}

/** Shows a mask for every value, wherever it is printed or becomes JSON; reading a value answers the value. */
const masking = processState('diagnostics/configured-secrets/headers', () => printedAs(masked));

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

/** The same for an address with a user name or a password in it. */
const maskingEndpoint = processState('diagnostics/configured-secrets/endpoint', () => printedAs(withMaskedEndpoint));

function withMaskedEndpoint(this: { endpoint?: string | undefined }): object {
	return { ...this, endpoint: this.endpoint?.replace(/\/\/[^/?#]*@/, `//${REDACTED}@`) };
}

/** The text with what stands before the host of each address replaced. */
export function maskedUser(text: string): string {
	return text.replace(/\/\/[^\s/'"]+@/g, `//${REDACTED}@`);
}

/**
 * The section of a config as one that shows its endpoint without user name and password wherever it is printed or becomes
 * JSON; reading the endpoint answers it whole. From now on `withoutSecrets` cuts the password out.
 */
export function secretEndpoint<Section extends { endpoint?: string | undefined }>(section: Section): Section {
	const url = URL.parse(section.endpoint ?? '');
	if (url === null || (url.username === '' && url.password === '')) return section;
	for (const secret of [url.password, decoded(url.password)]) remember(secret);
	return Object.assign(Object.create(maskingEndpoint), section);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

const detectors = new Redactor();

/** The text without what looks like a secret, and without the value of every known header: for messages that others wrote. */
export function withoutSecrets(text: string): string {
	let result = text;
	for (const secret of known) result = result.replaceAll(secret, REDACTED);
	return detectors.text(result);
}

/** `Bearer abc` is two secrets: a message may repeat the token alone. */
function remember(value: string): void {
	for (const secret of [value, value.slice(value.indexOf(' ') + 1)]) {
		if (secret.length >= MIN_LENGTH && known.size < MAX_KNOWN) known.add(secret);
	}
}
