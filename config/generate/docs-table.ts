import { z } from 'zod';
import { isObject, SIGNALS } from '../common/layer.js';
import { defaultConfig } from '../schema/config.js';
import { leavesOf } from '../schema/keys.js';
import { configSchema } from '../schema/schema.js';
import { variableOf } from '../sources/agentese-variables.js';

/** How a default is written where the number that stands in the code says less. */
const WRITTEN: Readonly<Record<string, string>> = {
	'json.maxBytes': '256 MiB',
	'json.maxAge': '7d',
	'otlp.timeout': '10s',
	'delivery.maxBytes': '256 MiB',
	'delivery.maxAge': '7d',
	'delivery.window': '200ms',
	'delivery.maxQueueBytes': '64 MiB',
};

/** The keys of one signal are those of `otlp`; the docs say so in a sentence. */
const REPEATED = SIGNALS.map((signal) => `otlp.${signal}.`);

/** The table of every key for the docs, in Markdown: what is legal, the default, the meaning, the variable. */
export function docsTable(): string {
	const rows = leavesOf(configSchema).flatMap(({ path, schema }) => {
		const key = path.join('.');
		if (REPEATED.some((prefix) => key.startsWith(prefix))) return [];
		const { legal, description } = schema.meta() ?? {};
		const row = [`\`${key}\``, String(legal), defaultOf(path), String(description), `\`${variableOf(path)}\``];
		return [
			row,
			...(schema instanceof z.ZodArray && schema.element instanceof z.ZodObject ? elementRows(key, schema) : []),
		];
	});
	return [['key', 'legal', 'default', 'meaning', 'variable'], ['---', '---', '---', '---', '---'], ...rows]
		.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
		.join('\n');
}

function elementRows(key: string, schema: z.ZodArray): string[][] {
	return leavesOf(schema.element as z.ZodType).map(({ path, schema: inner }) => {
		const { legal, description } = inner.meta() ?? {};
		return [`\`${key}[].${path.join('.')}\``, String(legal), '', String(description), ''];
	});
}

function defaultOf(path: readonly string[]): string {
	const key = path.join('.');
	const value = path.reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), defaultConfig());
	if (value === undefined || (isObject(value) && Object.keys(value).length === 0)) return '';
	return `\`${WRITTEN[key] ?? (typeof value === 'string' ? value : JSON.stringify(value))}\``;
}
