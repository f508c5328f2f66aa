import { GUEST, type Observer, toName } from './observer.js';

/** The observer that a client claims to be. Nothing has verified the claim. */
export interface ClaimedObserver extends Observer {
	/** The capabilities that the client claims to have, 64 at most; undefined if it states none. */
	readonly capabilities?: readonly string[];
}

/** The most capabilities that are read; the rest is ignored. */
const MAX_CAPABILITIES = 64;

/**
 * Reads the observer that a client claims to be from the HTTP headers `X-Observer-Id`, `X-Observer-Archetype` and
 * `X-Observer-Capabilities`, the last one a list separated by commas. The case of the names does not matter. If a
 * header occurs several times, its first value that is not empty is read; of the capabilities all values. Each text is
 * truncated to 256 characters. Never throws. The result is a claim of the client: verify it before you rely on it.
 *
 * @param headers - the headers of the web (`Headers`) or of Node (`request.headers`)
 * @returns a frozen observer, with the guest's id and archetype if these are missing; undefined if no header
 * has a value
 *
 * @example
 * ```ts
 * import { observerFromHeaders } from 'agentese-otel';
 *
 * const headers = { 'x-observer-id': 'kent', 'x-observer-archetype': 'gardener' };
 * observerFromHeaders(headers); // => { id: 'kent', archetype: 'gardener' }
 * observerFromHeaders({}); // => undefined
 * ```
 */
export function observerFromHeaders(headers: unknown): ClaimedObserver | undefined {
	try {
		if (typeof headers !== 'object' || headers === null) return undefined;
		const get = 'get' in headers && typeof headers.get === 'function' ? webGetter(headers) : nodeGetter(headers);
		const id = firstValue(get('x-observer-id'));
		const archetype = firstValue(get('x-observer-archetype'));
		const capabilities = listedValues(get('x-observer-capabilities'));
		if ((id ?? archetype ?? capabilities) === undefined) return undefined;
		const claimed = { id: id ?? GUEST.id, archetype: archetype ?? GUEST.archetype };
		return Object.freeze(capabilities === undefined ? claimed : { ...claimed, capabilities });
	} catch {
		return undefined;
	}
}

/** Returns what reads a header from an object with the method `get`, as `Headers` has it. */
function webGetter(headers: object): (header: string) => unknown {
	return (header) => (headers as { get(header: string): unknown }).get(header);
}

/** Returns what reads a header from a plain object, whatever the case of its keys. */
function nodeGetter(headers: object): (header: string) => unknown {
	const entries = new Map(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
	return (header) => entries.get(header);
}

/** Returns the first value of a header that is a text and not empty. */
function firstValue(value: unknown): string | undefined {
	if (!Array.isArray(value)) return toName(value);
	return value.map(toName).find((text) => text !== undefined);
}

/** Returns the values that a header lists with commas, frozen; undefined if there is none. */
function listedValues(value: unknown): readonly string[] | undefined {
	const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
	// `split` is limited, so that a header of any length costs no more.
	const words = texts
		.flatMap((text) => text.split(',', MAX_CAPABILITIES + 1))
		.flatMap((word) => toName(word.trim()) ?? []);
	return words.length === 0 ? undefined : Object.freeze(words.slice(0, MAX_CAPABILITIES));
}
