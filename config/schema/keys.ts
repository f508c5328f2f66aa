import { z } from 'zod';

/** A key that holds a value and no other keys. */
export interface Leaf {
	/** The keys from the root of the config. */
	readonly path: readonly string[];
	/** The schema of the value, without `.optional()`. */
	readonly schema: z.ZodType;
}

/** Removes `.optional()` and `.default()` from a schema. */
function unwrap(schema: z.ZodType): z.ZodType {
	return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
		? unwrap(schema.unwrap() as z.ZodType)
		: schema;
}

/**
 * Returns every key of a schema that holds a value, in the order of the schema. `$schema`, which is for editors only,
 * is left out. An object schema with the metadata `legal` counts as a value.
 *
 * @param parentPath - the path of the schema within the config
 */
export function leavesOf(schema: z.ZodType, parentPath: readonly string[] = []): Leaf[] {
	const inner = unwrap(schema);
	if (!(inner instanceof z.ZodObject) || inner.meta()?.['legal'] !== undefined)
		return [{ path: parentPath, schema: inner }];
	return Object.entries(inner.shape).flatMap(([key, value]) =>
		key === '$schema' ? [] : leavesOf(value as z.ZodType, [...parentPath, key]),
	);
}

/** Returns the schema at a path, or the schema of the deepest key on the way that has one. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
	let schema = unwrap(root);
	for (const step of path) {
		let next: unknown;
		if (schema instanceof z.ZodObject) next = schema.shape[String(step)];
		else if (schema instanceof z.ZodArray) next = schema.element;
		if (next === undefined) break;
		schema = unwrap(next as z.ZodType);
	}
	return schema;
}
