import { GUEST, name, type Observer } from './read.js';

/**
 * Reads who asks from `X-Observer-Id` and `X-Observer-Archetype`, whatever their case. Of a header that came more
 * than once the first value that is not empty counts. Never throws. This says who the client claims to be, and
 * proves nothing.
 *
 * @returns undefined where neither header says anything
 */
export function observerFromHeaders(headers: unknown): Observer | undefined {
	try {
		if (typeof headers !== 'object' || headers === null) return undefined;
		const look = 'get' in headers && typeof headers.get === 'function' ? viaGet(headers) : viaKeys(headers);
		const id = first(look('x-observer-id'));
		const archetype = first(look('x-observer-archetype'));
		if (id === undefined && archetype === undefined) return undefined;
		return Object.freeze({ id: id ?? GUEST.id, archetype: archetype ?? GUEST.archetype });
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
