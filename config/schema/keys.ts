import { z } from 'zod';

/** A key that holds a value and no other keys. */
export interface Leaf {
	/** The keys from the root of the config. */
	readonly path: readonly string[];
	/** The schema of the value, without `.optional()`. */
	readonly schema: z.ZodType;
}

/** Returns the environment variable of a key: `AGENTESE_SAMPLING_RATE` for `sampling.rate`. */
export function variableName(path: readonly string[]): string {
	const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
	return `AGENTESE_${words.join('_')}`;
}

/** Removes `.optional()` and `.default()` from a schema. */
export function unwrap(schema: z.ZodType): z.ZodType {
	return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
		? unwrap(schema.unwrap() as z.ZodType)
		: schema;
}

/**
 * Returns the object schema of a section: the schema itself, or the alternative of a union that is an object with known
 * keys, as `redact` (a boolean or an object) and `capture` (a word or an object) have one. Returns undefined if the
 * schema has no such alternative.
 */
export function sectionOf(schema: z.ZodType): z.ZodObject | undefined {
	const inner = unwrap(schema);
	if (inner instanceof z.ZodObject) return inner;
	if (inner instanceof z.ZodPipe) return sectionOf(inner.in as z.ZodType);
	if (!(inner instanceof z.ZodUnion)) return undefined;
	const alternatives: readonly unknown[] = inner.options;
	return alternatives.find((option): option is z.ZodObject => option instanceof z.ZodObject && isStrict(option));
}

/** Whether an object schema refuses unknown keys. */
function isStrict(schema: z.ZodObject): boolean {
	return schema.def.catchall instanceof z.ZodNever;
}

/**
 * Returns every key of a schema that holds a value, in the order of the schema. `$schema`, which is for editors only,
 * is left out. A key that holds a value or a section is followed by the keys of that section.
 *
 * @param parentPath - the path of the schema within the config
 */
export function leavesOf(schema: z.ZodType, parentPath: readonly string[] = []): Leaf[] {
	const inner = unwrap(schema);
	const section = sectionOf(inner);
	const itself = section === inner ? [] : [{ path: parentPath, schema: inner }];
	const below = Object.entries(section?.shape ?? {}).flatMap(([key, value]) =>
		key === '$schema' ? [] : leavesOf(value as z.ZodType, [...parentPath, key]),
	);
	return [...itself, ...below];
}

/** Returns the schema at a path, or the schema of the deepest key on the way that has one. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
	let schema = unwrap(root);
	for (const step of path) {
		let next: unknown;
		const section = sectionOf(schema);
		if (section !== undefined) next = section.shape[String(step)];
		else if (schema instanceof z.ZodArray) next = schema.element;
		if (next === undefined) break;
		schema = unwrap(next as z.ZodType);
	}
	return schema;
}
