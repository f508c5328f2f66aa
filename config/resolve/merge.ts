import { isObject } from '../common/layer.js';

/** The source that set each key, by the key's path (`sampling.rate`). */
export type Sources = Record<string, string>;

/**
 * Merges the value of one source into the config: objects key by key, every other value as a whole, lists too. A key
 * with the value undefined is skipped.
 *
 * @param into - the config, which is changed
 * @param from - the value of the source, which is not changed
 * @param sources - the sources of the config's keys, which are changed along with it
 * @param prefix - the path of both objects with a dot after it; empty for the whole config
 */
export function merge(
	into: Record<string, unknown>,
	from: object,
	source: string,
	sources: Sources,
	prefix = '',
): void {
	for (const [key, value] of Object.entries(from)) {
		if (value === undefined) continue;
		const path = prefix + key;
		const present = into[key];
		if (isObject(value) && isObject(present)) {
			merge(present, value, source, sources, `${path}.`);
			continue;
		}
		// One of the two is a section and the other is not, so the sources of the old one are wrong.
		if (isObject(value) || isObject(present)) deleteSources(sources, path);
		defineKey(into, key, copyOf(value));
		if (isObject(value)) recordSources(sources, `${path}.`, value, source);
		else sources[path] = source;
	}
}

/** Deletes the sources of a key and of all keys below it: a section and a single value replace each other. */
function deleteSources(sources: Sources, path: string): void {
	for (const known of Object.keys(sources)) {
		if (known === path || known.startsWith(`${path}.`)) delete sources[known];
	}
}

/** Records one source for every key below an object that holds a value. */
export function recordSources(sources: Sources, prefix: string, value: object, source: string): void {
	for (const [key, inner] of Object.entries(value)) {
		if (isObject(inner)) recordSources(sources, `${prefix}${key}.`, inner, source);
		else sources[prefix + key] = source;
	}
}

/** Returns the source of a key, else of a key below it, else of the nearest key above it that has one. */
export function sourceOf(sources: Readonly<Sources>, path: readonly PropertyKey[]): string | undefined {
	for (let length = path.length; length > 0; length--) {
		const key = path.slice(0, length).join('.');
		const match = Object.keys(sources).find((known) => known === key || known.startsWith(`${key}.`));
		if (match !== undefined) return sources[match];
	}
	return undefined;
}

/** Copies plain objects deeply, so that a later merge does not write into the value of an earlier source. */
function copyOf(value: unknown): unknown {
	if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
	return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

/** Defines an own property of any name: an assignment of `__proto__` from a file would change the prototype. */
function defineKey(into: Record<string, unknown>, key: string, value: unknown): void {
	Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
}
