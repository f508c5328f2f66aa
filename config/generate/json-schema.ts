import { z } from 'zod';
import { PRESETS } from '../../presets/contract/names.js';
import { isObject } from '../common/layer.js';
import { defaultConfig } from '../schema/config.js';
import { configSchema } from '../schema/schema.js';

/** Where the package has the file that this makes. */
const ID = 'https://unpkg.com/agentese-otel/presets/schema.json';

/** The config's shape as a JSON schema of what a person writes, for editors: with each key's meaning and default. */
export function configJsonSchema(): Record<string, unknown> {
	const { $schema, ...schema } = z.toJSONSchema(configSchema, {
		io: 'input',
		target: 'draft-7',
		// What code alone can say (a function, a regular expression) is for no editor of files.
		unrepresentable: 'any',
		override: ({ jsonSchema }) => {
			// What is legal in words is for our messages; no editor knows these keywords.
			delete jsonSchema['legal'];
			delete jsonSchema['words'];
		},
	});
	const { properties = {}, additionalProperties: _, ...rest } = schema;
	// What only code can say is shown to no editor.
	delete redactOf(properties)['with'];
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

/** The members of `redact`, without the alternatives of their lists that are regular expressions. */
function redactOf(properties: Record<string, unknown>): Record<string, unknown> {
	const { redact } = properties as { redact?: { anyOf?: { properties?: Record<string, unknown> }[] } };
	const members = redact?.anyOf?.find((one) => one.properties !== undefined)?.properties ?? {};
	for (const list of Object.values(members) as { items?: { anyOf?: object[] } }[]) {
		if (list.items?.anyOf) list.items.anyOf = list.items.anyOf.filter((one) => Object.keys(one).length > 0);
	}
	return members;
}

function addDefaults(properties: Record<string, unknown>, defaults: object): void {
	for (const [key, value] of Object.entries(defaults)) {
		const schema = properties[key];
		if (value === undefined || !isObject(schema)) continue;
		if (isObject(value) && isObject(schema['properties'])) addDefaults(schema['properties'], value);
		else schema['default'] = value;
	}
}
