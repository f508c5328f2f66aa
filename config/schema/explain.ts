import { inspect } from 'node:util';
import { z } from 'zod';
import { nearest } from '../../lib/agentese/errors/nearest.js';
import { maskedUser, withoutSecrets } from '../../lib/diagnostics/configured-secrets.js';
import { REDACTED } from '../../lib/redaction/marker.js';
import type { PathFault } from '../common/error.js';
import { type ConfigLayerSource, isObject, pathText } from '../common/layer.js';
import { leavesOf, schemaAt } from './keys.js';

type Issue = z.core.$ZodIssue;

/**
 * Says what zod found as sentences: the key's path, what it got, what is legal, and the nearest legal key or word.
 *
 * @param above - where in the config the schema stands
 */
export function explain(
	issues: readonly Issue[],
	{ value, source }: Pick<ConfigLayerSource, 'value' | 'source'>,
	schema: z.ZodType,
	above: readonly PropertyKey[] = [],
): PathFault[] {
	const whole = { root: schema, above, source };
	return issues.flatMap((issue) => {
		if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key], whole));
		return [wrongValue(issue, value, whole)];
	});
}

interface Whole {
	readonly root: z.ZodType;
	readonly above: readonly PropertyKey[];
	readonly source: string;
}

function unknownKey(path: readonly PropertyKey[], { root, above, source }: Whole): PathFault {
	const parent = path.slice(0, -1);
	const legal = keysOf(schemaAt(root, parent));
	const said = String(path.at(-1));
	const [near] = nearest(said, legal, 1);
	const meant = near === undefined ? elsewhere(said, root) : [[...parent, near]];
	const names = meant.map((one) => `"${pathText([...above, ...one])}"`);
	const hint = names.length === 0 ? '' : ` Did you mean ${names.join(' or ')}?`;
	const whole = [...above, ...path];
	const key = pathText(whole);
	return { source, key, path: whole, message: `"${key}" is no key; legal here: ${legal.join(', ')}.${hint}` };
}

/** The keys of that very name in other places: what a person writes one level too high or too low. */
function elsewhere(said: string, root: z.ZodType): (readonly string[])[] {
	const short = leavesOf(root).filter(({ path }) => path.at(-1)?.toLowerCase() === said.toLowerCase());
	return short.map(({ path }) => path).slice(0, 2);
}

function wrongValue(issue: Issue, input: unknown, { root, above, source }: Whole): PathFault {
	const schema = schemaAt(root, issue.path);
	const meta = schema.meta?.() ?? {};
	const got = issue.path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)?.[step], input);
	const words = Array.isArray(meta['words']) ? meta['words'].map(String) : [];
	const path = [...above, ...issue.path];
	const key = pathText(path);
	const subject = key === '' ? 'the config' : `"${key}"`;
	const says = got === undefined ? 'is missing' : `got ${path.some(isHeaders) ? REDACTED : shown(got)}`;
	const message = `${subject} ${says}; ${legalOf(schema, meta['legal'], issue)}.${hintFor(got, words)}`;
	return { source, key, path, message };
}

function legalOf(schema: z.ZodType, legal: unknown, issue: Issue): string {
	if (typeof legal === 'string') return `legal: ${legal}`;
	if (issue.code === 'custom' && issue.message !== 'Invalid input') return issue.message;
	const keys = keysOf(schema);
	return keys.length > 0 ? `legal: an object with the keys ${keys.join(', ')}` : issue.message;
}

/** ` Did you mean "json"?` where a text among the values is near to a legal word, else nothing. */
export function hintFor(got: unknown, words: readonly string[]): string {
	const near = [got].flat().flatMap((word) => {
		if (typeof word !== 'string' || words.includes(word)) return [];
		const said = word.toLowerCase();
		const [near = words.find((legal) => isBeginning(said, legal))] = nearest(said, words, 1);
		return near ?? [];
	});
	return near.length === 0 ? '' : ` Did you mean ${near.map((word) => `"${word}"`).join(', ')}?`;
}

/** `warning` is far from `warn` by its letters, and so is `http` from `http/protobuf`; but one begins with the other. */
function isBeginning(said: string, legal: string): boolean {
	return Math.min(said.length, legal.length) > 2 && (said.startsWith(legal) || legal.startsWith(said));
}

function keysOf(schema: z.ZodType): string[] {
	return schema instanceof z.ZodObject ? Object.keys(schema.shape).filter((key) => key !== '$schema') : [];
}

/** One line, cut, without secrets: a message must not repeat a whole file, and may end in a log. */
export function shown(value: unknown): string {
	const text = inspect(masked(value), { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5 });
	const safe = maskedUser(withoutSecrets(text));
	return safe.length > 80 ? `${safe.slice(0, 80)}…` : safe;
}

function masked(value: unknown, depth = 0): unknown {
	if (Array.isArray(value)) return depth > 2 ? value : value.map((one) => masked(one, depth + 1));
	if (!isObject(value) || depth > 2) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, inner]) => [key, isHeaders(key) ? REDACTED : masked(inner, depth + 1)]),
	);
}

function isHeaders(step: PropertyKey): boolean {
	return /^headers?$/i.test(String(step));
}

/**
 * What a faulty source says besides its faults, so that what is checked later, over all sources, is checked for it too,
 * and a person sees all the faults at once. What lies in a list is left out with its list.
 */
export function withoutFaults(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
	return issues.reduce((left, issue) => {
		const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
		return paths.reduce(without, left);
	}, value);
}
function without(value: unknown, [key, ...below]: readonly PropertyKey[]): unknown {
	if (!isObject(value) || key === undefined) return value;
	const { [String(key)]: inner, ...rest } = value;
	return typeof below[0] === 'string' && isObject(inner) ? { ...rest, [key]: without(inner, below) } : rest;
}
