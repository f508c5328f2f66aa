import { z } from 'zod';
import { isObject } from '../common/layer.js';
import { defaultConfig } from '../schema/config.js';
import { schemaAt, sectionOf, unwrap, variableName } from '../schema/keys.js';
import { configSchema } from '../schema/schema.js';

/** The interfaces that the generated file imports: the types of whole keys, each with its own comments. */
const IMPORTED: Readonly<Record<string, readonly [type: string, module: string]>> = {
	otlp: ['OtlpOptions', '../../presets/contract/otlp-options.js'],
	jaeger: ['JaegerOptions', '../../presets/jaeger/options.js'],
	json: ['JsonOptions', '../../presets/json/options.js'],
	prometheus: ['PrometheusOptions', '../../presets/prometheus/options.js'],
	console: ['ConsoleOptions', '../../presets/console/options.js'],
	delivery: ['DeliveryOptions', '../../delivery/options.js'],
};

/** The example of `TelemetryConfig`. */
const EXAMPLE = [
	'@example',
	'```ts',
	"import { loadConfig, type TelemetryConfig } from 'agentese-otel/presets';",
	'',
	"const telemetry: TelemetryConfig = { preset: ['json', 'otlp'], sampling: { rate: 0.1 } };",
	'const { config } = await loadConfig(telemetry);',
	"config.preset; // => ['json', 'otlp']",
	'config.delivery.delay; // => 200',
	'```',
].join('\n');

/** The longest line of a comment, less its indent and its ` * `. */
const COMMENT_WIDTH = 112;

/**
 * Returns the TypeScript source of the interface `TelemetryConfig` and of `ConfigRule`, an element of its `rules`. Each
 * member has a comment with its meaning, its legal values with their unit, its default and its environment variable,
 * all from the metadata of the zod schema. Editors show them and complete the words; types inferred from a zod schema
 * have no comments, and would make zod a part of the published types.
 */
export function typescriptInterface(): string {
	const imports = Object.values(IMPORTED)
		.toSorted(([, a], [, b]) => (a < b ? -1 : 1))
		.map(([type, module]) => `import type { ${type} } from '${module}';`);
	const rule = elementOf(schemaAt(configSchema, ['rules']));
	return [
		imports.join('\n'),
		`${comment(['Settings for the invocations that `match` selects: an element of `rules`. It sets at least one of them.'])}
export interface ConfigRule ${members(rule, ['rules'], '')}`,
		`${comment([
			'The config as it is written in a file, or passed to `startTelemetry`. Every key is optional, and undefined sets nothing.',
			'An unknown key or a value that is not legal is a configuration error.',
			EXAMPLE,
		])}
export interface TelemetryConfig ${members(configSchema, [], '')}`,
	].join('\n\n');
}

/** The object schema of a list's elements. */
function elementOf(list: z.ZodType): z.ZodObject {
	if (list instanceof z.ZodArray && list.element instanceof z.ZodObject) return list.element;
	throw new Error('the schema is no list of objects.');
}

/** The members of an object schema in braces. */
function members(schema: z.ZodObject, path: readonly string[], indent: string): string {
	const inner = `${indent}\t`;
	const lines = Object.entries(schema.shape).flatMap(([key, value]) => {
		const optional = value instanceof z.ZodOptional;
		const unwrapped = unwrap(value as z.ZodType);
		const below = [...path, key];
		return [
			comment(textOf(unwrapped, below), inner),
			`${inner}${key}${optional ? '?' : ''}: ${typeOf(unwrapped, below, inner)}${optional ? ' | undefined' : ''};`,
		];
	});
	const { catchall } = schema.def;
	if (catchall !== undefined && !(catchall instanceof z.ZodNever)) {
		const others = typeOf(unwrap(catchall as z.ZodType), path, inner);
		lines.push(comment([String(schema.meta()?.['others'])], inner), `${inner}[name: string]: ${others} | undefined;`);
	}
	return `{\n${lines.join('\n')}\n${indent}}`;
}

/** The TypeScript type of what a schema accepts. */
function typeOf(schema: z.ZodType, path: readonly string[], indent: string): string {
	const imported = IMPORTED[path.join('.')];
	if (imported !== undefined) return imported[0];
	const { typescript } = schema.meta() ?? {};
	if (typeof typescript === 'string') return typescript;
	if (schema instanceof z.ZodPipe) return typeOf(schema.in as z.ZodType, path, indent);
	if (schema instanceof z.ZodUnion) {
		const options = schema.options as readonly z.ZodType[];
		const hasWords = options.some((option) => option instanceof z.ZodEnum);
		return options
			.map((option) => {
				// An editor completes the words only if the union with any other string is not reduced to `string`.
				if (hasWords && option instanceof z.ZodString) return '(string & {})';
				return typeOf(option, path, indent);
			})
			.join(' | ');
	}
	if (schema instanceof z.ZodEnum) return schema.options.map((word) => `'${word}'`).join(' | ');
	if (schema instanceof z.ZodArray) {
		if (path.join('.') === 'rules') return 'ConfigRule[]';
		const element = typeOf(schema.element as z.ZodType, path, indent);
		return /[|&]/.test(element) ? `(${element})[]` : `${element}[]`;
	}
	if (schema instanceof z.ZodObject) return members(schema, path, indent);
	if (schema instanceof z.ZodRecord) return `Record<string, ${typeOf(schema.valueType as z.ZodType, path, indent)}>`;
	if (schema instanceof z.ZodBoolean) return 'boolean';
	if (schema instanceof z.ZodNumber) return 'number';
	if (schema instanceof z.ZodString) return 'string';
	if (schema instanceof z.ZodUnknown) return 'unknown';
	throw new Error(
		`the key "${path.join('.')}" has a schema without a TypeScript type; give it the metadata "typescript".`,
	);
}

/** The paragraphs of a key's comment: meaning, legal values, default and variable. */
function textOf(schema: z.ZodType, path: readonly string[]): string[] {
	const { description, legal, fallback } = schema.meta() ?? {};
	const key = path.join('.');
	if (typeof description !== 'string') throw new Error(`the key "${key}" has no description.`);
	if (schema === sectionOf(schema)) return [description, '@default {}'];
	if (typeof legal !== 'string') throw new Error(`the key "${key}" has no text "legal".`);
	const isRule = path[0] === 'rules' && path.length > 1;
	const hasVariable = !isRule && path[0] !== '$schema' && !(schema instanceof z.ZodCustom) && !path.includes('include');
	const variable = hasVariable ? ` Variable: \`${variableName(path)}\`.` : '';
	const text = `${description} Legal: ${legal}.${variable}`;
	const value = path.reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), defaultConfig());
	if (fallback === undefined && value === undefined) return [text];
	return [text, `@default ${typeof fallback === 'string' ? fallback : literal(value)}`];
}

/** A default as TypeScript. */
function literal(value: unknown): string {
	return JSON.stringify(value).replaceAll('"', "'");
}

/** A doc comment of the paragraphs, with lines of at most 120 characters. */
function comment(paragraphs: readonly string[], indent = ''): string {
	const [only = ''] = paragraphs;
	if (paragraphs.length === 1 && only.length < COMMENT_WIDTH - 4) return `${indent}/** ${only} */`;
	const lines = paragraphs.flatMap((text, index) => [
		...(index === 0 ? [] : ['']),
		...text.split('\n').flatMap((line) => wrap(line, COMMENT_WIDTH)),
	]);
	return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`].join('\n');
}

/** Breaks a text at blanks into lines of at most `width` characters. */
function wrap(text: string, width: number): string[] {
	const lines = [''];
	for (const word of text.split(' ')) {
		const line = lines.at(-1) ?? '';
		if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
		else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
	}
	return lines;
}
