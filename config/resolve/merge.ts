import { isObject } from '../common/layer.js';

/** For every key by its path, who said it. */
export type Sources = Record<string, string>;

/** Key by key, and into objects; lists replace whole. */
export function merge(into: Record<string, unknown>, from: object, source: string, sources: Sources, above = ''): void {
	for (const [key, value] of Object.entries(from)) {
		if (value === undefined) continue;
		const path = above + key;
		const there = into[key];
		if (isObject(value) && isObject(there)) {
			merge(there, value, source, sources, `${path}.`);
			continue;
		}
		if (isObject(value) || isObject(there)) forget(sources, path);
		put(into, key, copied(value));
		if (isObject(value)) mark(sources, `${path}.`, value, source);
		else sources[path] = source;
	}
}

/** A section and a single value take each other's place: what was said of the one says nothing of the other. */
function forget(sources: Sources, path: string): void {
	for (const known of Object.keys(sources)) {
		if (known === path || known.startsWith(`${path}.`)) delete sources[known];
	}
}

/** Names the source of every key that holds a value. */
export function mark(sources: Sources, above: string, value: object, source: string): void {
	for (const [key, inner] of Object.entries(value)) {
		if (isObject(inner)) mark(sources, `${above}${key}.`, inner, source);
		else sources[above + key] = source;
	}
}

/** Who said the key, or the nearest one above or below it. */
export function sourceOf(sources: Readonly<Sources>, path: readonly PropertyKey[]): string | undefined {
	for (let length = path.length; length > 0; length--) {
		const key = path.slice(0, length).join('.');
		const below = Object.keys(sources).find((known) => known === key || known.startsWith(`${key}.`));
		if (below !== undefined) return sources[below];
	}
	return undefined;
}

/** What a source said stays its own: a later merge writes into the copy. */
function copied(value: unknown): unknown {
	if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]));
}

/** An own key whatever its name: `__proto__` in a file must not reach a prototype. */
function put(into: Record<string, unknown>, key: string, value: unknown): void {
	Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
}
