import { z } from 'zod';
import { isObject, SIGNALS } from '../common/layer.js';
import { defaultConfig } from '../schema/config.js';
import { leavesOf, variableName } from '../schema/keys.js';
import { configSchema } from '../schema/schema.js';

/** The text of a default whose number of bytes or milliseconds is hard to read. */
const READABLE_DEFAULTS: Readonly<Record<string, string>> = {
	'json.maxBytes': '256 MiB',
	'json.maxAge': '7d',
	'otlp.timeout': '10s',
	'delivery.maxBytes': '256 MiB',
	'delivery.maxAge': '7d',
	'delivery.delay': '200ms',
	'delivery.endTimeout': '2s',
	'delivery.maxQueueBytes': '64 MiB',
};

/**
 * The sections of single signals have the keys of `otlp`, so they have no rows; the page describes them in a sentence.
 */
const OMITTED_PREFIXES = SIGNALS.map((signal) => `otlp.${signal}.`);

/**
 * Returns the table of all keys in docs/configuration.md, as Markdown: key, legal values, default, meaning and
 * environment variable.
 */
export function docsTable(): string {
	const rows = leavesOf(configSchema).flatMap(({ path, schema }) => {
		const key = path.join('.');
		if (OMITTED_PREFIXES.some((prefix) => key.startsWith(prefix))) return [];
		const { legal, description } = schema.meta() ?? {};
		const row = [`\`${key}\``, String(legal), defaultOf(path, schema), String(description), variableOf(path, schema)];
		return [
			row,
			...(schema instanceof z.ZodArray && schema.element instanceof z.ZodObject ? elementRows(key, schema) : []),
		];
	});
	return [['key', 'legal', 'default', 'meaning', 'variable'], ['---', '---', '---', '---', '---'], ...rows]
		.map((columns) => `| ${columns.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`)
		.join('\n');
}

/** The environment variable of a key as Markdown; empty if only code can set the key, to a function. */
function variableOf(path: readonly string[], schema: z.ZodType): string {
	return schema instanceof z.ZodCustom ? '' : `\`${variableName(path)}\``;
}

/** The rows of the keys of a list's elements, such as `rules[].match`. They have neither default nor variable. */
function elementRows(key: string, schema: z.ZodArray): string[][] {
	return leavesOf(schema.element as z.ZodType).map(({ path, schema: inner }) => {
		const { legal, description } = inner.meta() ?? {};
		return [`\`${key}[].${path.join('.')}\``, String(legal), '', String(description), ''];
	});
}

/** The default of a key as Markdown; empty if there is none, or an empty object. */
function defaultOf(path: readonly string[], schema: z.ZodType): string {
	const key = path.join('.');
	const value = path.reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), defaultConfig());
	const { fallback } = schema.meta() ?? {};
	if (typeof fallback === 'string') return fallback;
	if (value === undefined || (isObject(value) && Object.keys(value).length === 0)) return '';
	return `\`${READABLE_DEFAULTS[key] ?? (typeof value === 'string' ? value : JSON.stringify(value))}\``;
}
