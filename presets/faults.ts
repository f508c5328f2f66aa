import { inspect } from 'node:util';
import { z } from 'zod';
import { nearest } from '../lib/paths/nearest.js';
import { configSchema } from './config.js';
import type { ConfigurationFault } from './configuration-error.js';

type Issue = z.core.$ZodIssue;

/** Says what zod found as sentences: the key's path, what it got, what is legal, and the nearest legal key or word. */
export function explain(issues: readonly Issue[], input: unknown, source: string): ConfigurationFault[] {
	return issues.flatMap((issue) => {
		if (issue.code === 'unrecognized_keys') {
			return issue.keys.map((key) => unknownKey([...issue.path, key], source));
		}
		return [wrongValue(issue.path, input, source)];
	});
}

function unknownKey(path: readonly PropertyKey[], source: string): ConfigurationFault {
	const above = path.slice(0, -1);
	const legal = keysAt(above);
	const [near] = nearest(String(path.at(-1)), legal, 1);
	const hint = near === undefined ? '' : ` Did you mean "${join([...above, near])}"?`;
	const key = join(path);
	return { source, key, message: `"${key}" is no key; legal here: ${legal.join(', ')}.${hint}` };
}

function wrongValue(path: readonly PropertyKey[], input: unknown, source: string): ConfigurationFault {
	const known = schemaAt(path);
	const meta = known.schema.meta() ?? {};
	const keys = known.schema instanceof z.ZodObject ? Object.keys(known.schema.shape) : [];
	const legal = typeof meta['legal'] === 'string' ? meta['legal'] : `an object with the keys ${keys.join(', ')}`;
	const got = path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown>)?.[step], input);
	const words = Array.isArray(meta['words']) ? meta['words'].map(String) : [];
	const near = [got].flat().flatMap((word) => {
		if (typeof word !== 'string' || words.includes(word)) return [];
		return nearest(word.toLowerCase(), words, 1);
	});
	const hint = near.length === 0 ? '' : ` Did you mean ${near.map((word) => `"${word}"`).join(', ')}?`;
	const key = join(path);
	const subject = key === '' ? 'the config' : `"${key}"`;
	return { source, key, message: `${subject} got ${shown(got)}; legal: ${legal}.${hint}` };
}

/** The schema of the deepest key of the path that has one of its own. */
function schemaAt(path: readonly PropertyKey[]): { schema: z.ZodType } {
	let schema: z.ZodType = configSchema;
	for (const step of path) {
		const next = schema instanceof z.ZodObject ? schema.shape[String(step)] : undefined;
		if (next === undefined) break;
		schema = next instanceof z.ZodOptional ? (next.unwrap() as z.ZodType) : next;
	}
	return { schema };
}

function keysAt(path: readonly PropertyKey[]): string[] {
	const { schema } = schemaAt(path);
	return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function join(path: readonly PropertyKey[]): string {
	return path.map(String).join('.');
}

/** One line, cut: a message must not repeat a whole file. */
function shown(value: unknown): string {
	const text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 5 });
	return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
