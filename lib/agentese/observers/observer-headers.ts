import { GUEST, name, type Observer } from './observer.js';

/** Who a client says it is. */
export interface ClaimedObserver extends Observer {
	/** What it says it may do. */
	readonly capabilities?: readonly string[];
}

/** No client can do more than this many things. */
const MAX_CAPABILITIES = 64;

/**
 * Reads who asks from `X-Observer-Id`, `X-Observer-Archetype` and, separated by commas, `X-Observer-Capabilities`,
 * whatever their case. Of a header that came more than once the first value that is not empty counts, and each text is
 * cut at 256 characters. Never throws. This says who the client claims to be, and proves nothing.
 *
 * @param headers - of the web (`Headers`) or of Node (`request.headers`)
 * @returns undefined where none of them says anything
 */
export function observerFromHeaders(headers: unknown): ClaimedObserver | undefined {
	try {
		if (typeof headers !== 'object' || headers === null) return undefined;
		const look = 'get' in headers && typeof headers.get === 'function' ? viaGet(headers) : viaKeys(headers);
		const id = first(look('x-observer-id'));
		const archetype = first(look('x-observer-archetype'));
		const capabilities = listed(look('x-observer-capabilities'));
		if ((id ?? archetype ?? capabilities) === undefined) return undefined;
		const claimed = { id: id ?? GUEST.id, archetype: archetype ?? GUEST.archetype };
		return Object.freeze(capabilities === undefined ? claimed : { ...claimed, capabilities });
	} catch {
		return undefined;
	}
}

function viaGet(headers: object): (header: string) => unknown {
	return (header) => (headers as { get(header: string): unknown }).get(header);
}

function viaKeys(headers: object): (header: string) => unknown {
	const entries = new Map(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
	return (header) => entries.get(header);
}

function first(value: unknown): string | undefined {
	if (!Array.isArray(value)) return name(value);
	return value.map(name).find((text) => text !== undefined);
}

function listed(value: unknown): readonly string[] | undefined {
	const all = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
	const words = all.flatMap((text) => text.split(',', MAX_CAPABILITIES + 1)).flatMap((word) => name(word.trim()) ?? []);
	return words.length === 0 ? undefined : Object.freeze(words.slice(0, MAX_CAPABILITIES));
}
