import { inspect } from 'node:util';
import type { z } from 'zod';
import { nearest } from '../../lib/agentese/errors/nearest.js';
import { maskAddresses, withoutSecrets } from '../../lib/diagnostics/mask.js';
import { REDACTED } from '../../lib/redaction/detectors/marker.js';
import { MAX_FAULTS } from '../common/bounds.js';
import type { PathFault } from '../common/error.js';
import { type ConfigLayerSource, isObject, pathText } from '../common/layer.js';
import { leavesOf, schemaAt, sectionOf } from './keys.js';
import { RENAMED_KEYS, replacementOf } from './renamed-keys.js';

/** One issue that zod found. */
type Issue = z.core.$ZodIssue;

/** The most characters of a faulty value that a message repeats. */
const MAX_VALUE_LENGTH = 80;

/**
 * Turns zod's issues into faults. Each message is a sentence with the key's path, the value it got, what is legal, and
 * the nearest legal key or word. At most `MAX_FAULTS` of them are described.
 *
 * @param schema - the schema that found the issues
 * @param parentPath - the path of that schema within the config
 */
export function explain(
	issues: readonly Issue[],
	{ value, source }: Pick<ConfigLayerSource, 'value' | 'source'>,
	schema: z.ZodType,
	parentPath: readonly PropertyKey[] = [],
): PathFault[] {
	const scope = { root: schema, parentPath, source };
	return issues
		.slice(0, MAX_FAULTS)
		.flatMap((issue) => withinSection(issue, value, schema))
		.flatMap((issue) => {
			if (issue.code !== 'unrecognized_keys') return [wrongValue(issue, value, scope)];
			return issue.keys.slice(0, MAX_FAULTS).flatMap((key) => unknownKeys([...issue.path, key], value, scope));
		})
		.slice(0, MAX_FAULTS);
}

/** How many faults zod's issues stand for: each unknown key is one. */
export function countOf(issues: readonly Issue[]): number {
	return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
}

/**
 * Replaces the issue of a key that accepts a value or a section, and got an object, by the issues inside that object:
 * zod reports only that no alternative fits.
 */
function withinSection(issue: Issue, input: unknown, root: z.ZodType): Issue[] {
	if (issue.code !== 'invalid_union' || !isObject(valueAt(input, issue.path))) return [issue];
	if (sectionOf(schemaAt(root, issue.path)) === undefined) return [issue];
	// The alternative that accepts an object has no issue about the whole value but that of its unknown keys.
	const inside = issue.errors.find((errors) =>
		errors.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
	);
	return inside?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

/** The value at a path of the input; undefined if there is none. zod's issues do not contain it. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
	return path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)?.[step], input);
}

/** What all issues of one call of `explain` have in common. */
interface Scope {
	readonly root: z.ZodType;
	readonly parentPath: readonly PropertyKey[];
	readonly source: string;
}

/**
 * The faults of a key that the schema does not have: one for the key, or one for each key below it if the key was a
 * section whose keys have other places now.
 */
function unknownKeys(path: readonly PropertyKey[], input: unknown, scope: Scope): PathFault[] {
	const section = valueAt(input, path);
	const renamed = isObject(section)
		? Object.keys(section).filter((key) => pathText([...path, key]) in RENAMED_KEYS)
		: [];
	if (scope.parentPath.length > 0 || renamed.length === 0) return [unknownKey(path, scope)];
	return renamed.map((key) => unknownKey([...path, key], scope));
}

/** The fault of a key that the schema does not have. */
function unknownKey(path: readonly PropertyKey[], { root, parentPath, source }: Scope): PathFault {
	const parent = path.slice(0, -1);
	const legal = keysOf(schemaAt(root, parent));
	const unknown = String(path.at(-1));
	const [near] = nearest(unknown, legal, 1);
	const suggested = near === undefined ? sameKeyElsewhere(unknown, root) : [[...parent, near]];
	const names = suggested.map((candidate) => `"${pathText([...parentPath, ...candidate])}"`);
	const hint = names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
	const fullPath = [...parentPath, ...path];
	const key = pathText(fullPath);
	const replacement = replacementOf(key, source);
	if (replacement !== undefined) {
		return { source, key, path: fullPath, message: `"${key}" is not a key; ${replacement}.` };
	}
	return { source, key, path: fullPath, message: `"${key}" is not a key; legal here: ${legal.join(', ')}.${hint}` };
}

/** Up to two keys of the same name at other paths: a common mistake is a key one level too high or too low. */
function sameKeyElsewhere(unknown: string, root: z.ZodType): (readonly string[])[] {
	const matches = leavesOf(root).filter(({ path }) => path.at(-1)?.toLowerCase() === unknown.toLowerCase());
	return matches.map(({ path }) => path).slice(0, 2);
}

/** The fault of a key whose value is missing or not legal. Values of headers are not repeated: they may be secrets. */
function wrongValue(issue: Issue, input: unknown, { root, parentPath, source }: Scope): PathFault {
	const schema = schemaAt(root, issue.path);
	const meta = schema.meta?.() ?? {};
	const got = valueAt(input, issue.path);
	const words = Array.isArray(meta['words']) ? meta['words'].map(String) : [];
	const path = [...parentPath, ...issue.path];
	const key = pathText(path);
	const subject = key === '' ? 'the config' : `"${key}"`;
	const problem = got === undefined ? 'is missing' : `got ${path.some(isHeaders) ? REDACTED : describeValue(got)}`;
	const message = `${subject} ${problem}; ${legalOf(schema, meta['legal'], issue)}.${hintFor(got, words)}`;
	return { source, key, path, message };
}

/** What is legal in place of the faulty value: the schema's `legal` text, a custom message, or the legal keys. */
function legalOf(schema: z.ZodType, legal: unknown, issue: Issue): string {
	if (typeof legal === 'string') return `legal: ${legal}`;
	if (issue.code === 'custom' && issue.message !== 'Invalid input') return issue.message;
	const keys = keysOf(schema);
	return keys.length > 0 ? `legal: an object with the keys ${keys.join(', ')}` : issue.message;
}

/**
 * Returns ` Did you mean "json"?` if a string among the values is near to a legal word, and '' otherwise.
 *
 * @param got - the faulty value, or a list of values
 * @param words - the legal words
 */
export function hintFor(got: unknown, words: readonly string[]): string {
	const suggested = [got].flat().flatMap((word) => {
		if (typeof word !== 'string' || words.includes(word)) return [];
		const lowerCase = word.toLowerCase();
		const [near = words.find((legal) => isPrefix(lowerCase, legal))] = nearest(lowerCase, words, 1);
		return near ?? [];
	});
	return suggested.length === 0 ? '' : ` Did you mean ${suggested.map((word) => `"${word}"`).join(', ')}?`;
}

/**
 * Whether one word begins with the other. `warning` is far from `warn` by edit distance, and so is `http` from
 * `http/protobuf`.
 */
function isPrefix(word: string, legal: string): boolean {
	return Math.min(word.length, legal.length) > 2 && (word.startsWith(legal) || legal.startsWith(word));
}

/** The keys of a section's schema, without `$schema`; an empty list for any other schema. */
function keysOf(schema: z.ZodType): string[] {
	return Object.keys(sectionOf(schema)?.shape ?? {}).filter((key) => key !== '$schema');
}

/**
 * Returns a value as one line of at most 80 characters, without secrets: a message must not repeat a whole file, and
 * may end in a log.
 */
export function describeValue(value: unknown): string {
	const text = inspect(maskHeaders(value), { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5 });
	const safe = maskAddresses(withoutSecrets(text));
	return safe.length > MAX_VALUE_LENGTH ? `${safe.slice(0, MAX_VALUE_LENGTH)}…` : safe;
}

/** Replaces the values of headers, down to the depth that `describeValue` prints. */
function maskHeaders(value: unknown, depth = 0): unknown {
	if (Array.isArray(value)) return depth > 2 ? value : value.map((item) => maskHeaders(item, depth + 1));
	if (!isObject(value) || depth > 2) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, isHeaders(key) ? REDACTED : maskHeaders(inner, depth + 1)]),
	);
}

/** Whether a key holds headers, whose values are not printed. */
export function isHeaders(key: PropertyKey): boolean {
	return /^headers?$/i.test(String(key));
}

/**
 * Returns a copy of a faulty value without its faulty keys. The rest is merged, so that the checks that run over all
 * sources report their faults together with these. A fault inside a list removes the whole list.
 */
export function withoutFaults(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
	const faulty: FaultyKeys = new Map();
	for (const issue of issues) {
		if (issue.code !== 'unrecognized_keys') markFaulty(faulty, issue.path);
		else for (const key of issue.keys) markFaulty(faulty, [...issue.path, key]);
	}
	return withoutKeys(value, faulty);
}

/** The faulty keys of a section, and those of the sections below it; `true` for a key that is faulty itself. */
type FaultyKeys = Map<string, FaultyKeys | true>;

/** Adds the key at a path. */
function markFaulty(faulty: FaultyKeys, [key, ...below]: readonly PropertyKey[]): void {
	if (key === undefined) return;
	const name = String(key);
	const known = faulty.get(name);
	if (known === true) return;
	if (typeof below[0] !== 'string') {
		faulty.set(name, true);
		return;
	}
	const inner: FaultyKeys = known ?? new Map();
	faulty.set(name, inner);
	markFaulty(inner, below);
}

/** Returns a copy of an object without the faulty keys. */
function withoutKeys(value: unknown, faulty: FaultyKeys): unknown {
	if (!isObject(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([key, inner]) => {
			const known = faulty.get(key);
			if (known === undefined) return [[key, inner]];
			return known === true || !isObject(inner) ? [] : [[key, withoutKeys(inner, known)]];
		}),
	);
}
