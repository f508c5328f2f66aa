import { inspect } from 'node:util';
import { REDACTED } from '../redaction/detectors/marker.js';
import { processState } from '../runtime/process-state.js';
import { maskAddresses, rememberSecret } from './mask.js';

/**
 * Returns a prototype whose objects are printed, and serialized as JSON, as what `shown` returns. There is one per
 * process and kind, so that equal configs stay deeply equal.
 */
function prototypePrintedAs(shown: () => object): object {
	return Object.create(Object.prototype, { [inspect.custom]: { value: shown }, toJSON: { value: shown } });
}

/** The prototype of headers: prints `[redacted]` for each value. Reading a header returns its value. */
const maskedHeaders = processState('diagnostics/configured-secrets/headers', () => prototypePrintedAs(maskValues));

function maskValues(this: object): Record<string, string> {
	return Object.fromEntries(Object.keys(this).map((name) => [name, REDACTED]));
}

/**
 * The prototype of a section whose endpoint contains a user name, a password or parameters. Reading the endpoint
 * returns it unmasked.
 */
const maskedEndpoint = processState('diagnostics/configured-secrets/endpoint', () => prototypePrintedAs(maskEndpoint));

function maskEndpoint(this: AddressSection): object {
	const masked: { -readonly [K in keyof AddressSection]: string } = {};
	for (const key of ['endpoint', 'proxy'] as const) {
		const text = this[key];
		if (text !== undefined) masked[key] = maskAddresses(text.replace(/\/\/[^/?#]*@/, `//${REDACTED}@`));
	}
	return { ...this, ...masked };
}

/** A section of the config with addresses. */
interface AddressSection {
	readonly endpoint?: string | undefined;
	readonly proxy?: string | undefined;
}

/**
 * Returns a copy of the headers that does not reveal its values: `console.log`, `util.inspect` and `JSON.stringify`
 * show `[redacted]`, for the object itself and for every object that contains it. Also remembers the values, so that
 * log lines are masked.
 */
export function secretHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
	for (const value of Object.values(headers)) rememberSecret(value);
	return Object.assign(Object.create(maskedHeaders), headers);
}

/**
 * Returns a copy of a config section that is printed, and serialized as JSON, with `[redacted]` instead of the user
 * name, the password and the values of parameters of its endpoint and its proxy. Also remembers these, so that log lines are masked.
 *
 * @returns the section itself if these are no URLs, or contain none of that
 */
export function secretEndpoint<Section extends AddressSection>(section: Section): Section {
	const secrets = [section.endpoint, section.proxy].flatMap((address) => {
		const url = URL.parse(address ?? '');
		if (url === null || url.username + url.password + url.search === '') return [];
		const parameters = url.search.slice(1).split(/[&;]/);
		return [url.password, ...parameters.map((parameter) => parameter.slice(parameter.indexOf('=') + 1))];
	});
	if (secrets.length === 0) return section;
	for (const secret of secrets) for (const text of [secret, decoded(secret)]) rememberSecret(text);
	return Object.assign(Object.create(maskedEndpoint), section);
}

/** Returns the text without percent-encoding; the text itself if it is malformed. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
