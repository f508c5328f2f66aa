import { z } from 'zod';

/** A key that holds a value rather than other keys. */
export interface Leaf {
	readonly path: readonly string[];
	readonly schema: z.ZodType;
}

/** The schema without its `.optional()`. */
export function unwrapped(schema: z.ZodType): z.ZodType {
	return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
		? unwrapped(schema.unwrap() as z.ZodType)
		: schema;
}

/** Every key of the config that holds a value, in the order of the schema; `$schema` is for editors and left out. */
export function leavesOf(schema: z.ZodType, above: readonly string[] = []): Leaf[] {
	const inner = unwrapped(schema);
	if (!(inner instanceof z.ZodObject) || inner.meta()?.['legal'] !== undefined) return [{ path: above, schema: inner }];
	return Object.entries(inner.shape).flatMap(([key, value]) =>
		key === '$schema' ? [] : leavesOf(value as z.ZodType, [...above, key]),
	);
}

/** The schema of the deepest key of the path that has one of its own. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
	let schema = unwrapped(root);
	for (const step of path) {
		let next: unknown;
		if (schema instanceof z.ZodObject) next = schema.shape[String(step)];
		else if (schema instanceof z.ZodArray) next = schema.element;
		if (next === undefined) break;
		schema = unwrapped(next as z.ZodType);
	}
	return schema;
}
