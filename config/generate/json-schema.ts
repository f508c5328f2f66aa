import { z } from 'zod';
import { PRESETS } from '../../presets/contract/names.js';
import { isObject } from '../common/layer.js';
import { defaultConfig } from '../schema/config.js';
import { configSchema } from '../schema/schema.js';

/** The address of the generated file in the published package. */
const ID = 'https://unpkg.com/agentese-otel/config/schema.json';

/** Returns the JSON schema of a config file, with the meaning and the default of each key. Editors read it. */
export function configJsonSchema(): Record<string, unknown> {
	const { $schema, ...schema } = z.toJSONSchema(configSchema, {
		io: 'input',
		target: 'draft-7',
		// Functions and regular expressions exist in code only, and have no JSON schema.
		unrepresentable: 'any',
		override: ({ jsonSchema }) => {
			// These keywords are for the toolkit's own messages; editors do not know them.
			delete jsonSchema['legal'];
			delete jsonSchema['words'];
			delete jsonSchema['typescript'];
			delete jsonSchema['others'];
			const { fallback } = jsonSchema;
			delete jsonSchema['fallback'];
			if (typeof fallback === 'string') jsonSchema.description = `${jsonSchema.description} Default: ${fallback}.`;
		},
	});
	const { properties = {}, additionalProperties: _, ...rest } = schema;
	// A file cannot contain a function.
	delete redactProperties(properties)['replace'];
	addDefaults(properties, defaultConfig());
	return { $schema, $id: ID, title: 'agentese-otel', ...rest, properties, ...unknownKeys(Object.keys(properties)) };
}

/** Allows unknown keys, as sections of custom presets, only if `preset` names a module. */
function unknownKeys(known: readonly string[]): Record<string, unknown> {
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

/**
 * Returns the properties of `redact`, after removing from their lists the alternative for regular expressions, which
 * only code can contain.
 */
function redactProperties(properties: Record<string, unknown>): Record<string, unknown> {
	const { redact } = properties as { redact?: { anyOf?: { properties?: Record<string, unknown> }[] } };
	const found = redact?.anyOf?.find((alternative) => alternative.properties !== undefined)?.properties ?? {};
	for (const list of Object.values(found) as { items?: { anyOf?: object[] } }[]) {
		if (list.items?.anyOf) {
			list.items.anyOf = list.items.anyOf.filter((alternative) => Object.keys(alternative).length > 0);
		}
	}
	return found;
}

/** Writes the defaults into the schemas of the properties, and of those below them. */
function addDefaults(properties: Record<string, unknown>, defaults: object): void {
	for (const [key, value] of Object.entries(defaults)) {
		const schema = properties[key];
		if (value === undefined || !isObject(schema)) continue;
		const section = sectionOf(schema);
		if (isObject(value) && section !== undefined) addDefaults(section, value);
		else schema['default'] = value;
	}
}

/** The properties of a section's schema: its own, or those of its alternative that is an object. */
function sectionOf({ properties, anyOf = [] }: Record<string, unknown>): Record<string, unknown> | undefined {
	const alternatives = [properties, ...(anyOf as { properties?: unknown }[]).map((one) => one.properties)];
	return alternatives.find(isObject);
}
