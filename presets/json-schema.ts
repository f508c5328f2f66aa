import { z } from 'zod';
import { configSchema, defaultConfig, PRESETS } from './config.js';
import { isObject } from './load/said.js';

/** Where the package has the file that this makes. */
const ID = 'https://unpkg.com/agentese-otel/presets/schema.json';

/** The config's shape as a JSON schema of what a person writes, for editors: with each key's meaning and default. */
export function configJsonSchema(): Record<string, unknown> {
	const { $schema, ...schema } = z.toJSONSchema(configSchema, {
		io: 'input',
		target: 'draft-7',
		override: ({ jsonSchema }) => {
			// What is legal in words is for our messages; no editor knows these keywords.
			delete jsonSchema['legal'];
			delete jsonSchema['words'];
		},
	});
	const { properties = {}, additionalProperties: _, ...rest } = schema;
	addDefaults(properties, defaultConfig());
	return { $schema, $id: ID, title: 'agentese-otel', ...rest, properties, ...sections(Object.keys(properties)) };
}

/** A section that is not known is a preset's own where `preset` names a module, and a mistake anywhere else. */
function sections(known: readonly string[]): Record<string, unknown> {
	const module = { not: { enum: PRESETS } };
	const isModule = {
		anyOf: [
			{ type: 'string', ...module },
			{ type: 'array', contains: module },
		],
	};
	return {
		if: { required: ['preset'], properties: { preset: isModule } },
		else: { properties: Object.fromEntries(known.map((key) => [key, true])), additionalProperties: false },
	};
}

function addDefaults(properties: Record<string, unknown>, defaults: object): void {
	for (const [key, value] of Object.entries(defaults)) {
		const schema = properties[key];
		if (value === undefined || !isObject(schema)) continue;
		if (isObject(value) && isObject(schema['properties'])) addDefaults(schema['properties'], value);
		else schema['default'] = value;
	}
}
