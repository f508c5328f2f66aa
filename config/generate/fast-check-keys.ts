import { z } from 'zod';
import type { FastKey } from '../fast-check/keys.generated.js';
import { leavesOf } from '../schema/keys.js';
import { configSchema } from '../schema/schema.js';

/** Keys whose schema reads more than it says; `config/fast-check/check.ts` knows the part of it that is plain. */
const KNOWN: Readonly<Record<string, FastKey>> = { preset: 'preset', autoInstrumentation: 'instrumentations' };

/** The keys of the config whose values need no more than a look, and what that look is. */
export function fastCheckKeys(): Record<string, FastKey> {
	const keys: Record<string, FastKey> = {};
	for (const { path, schema } of leavesOf(configSchema)) {
		const key = path.join('.');
		const plain = KNOWN[key] ?? plainOf(schema);
		if (plain === undefined) continue;
		for (let depth = 1; depth < path.length; depth++) keys[path.slice(0, depth).join('.')] = 'section';
		keys[key] = plain;
	}
	return keys;
}

function plainOf(schema: z.ZodType): FastKey | undefined {
	if (schema instanceof z.ZodBoolean) return 'switch';
	if (schema instanceof z.ZodEnum) return { words: schema.options.map(String) };
	if (schema instanceof z.ZodNumber) {
		const { minValue, maxValue, isInt } = schema;
		return { min: minValue ?? Number.NEGATIVE_INFINITY, max: maxValue ?? Number.POSITIVE_INFINITY, whole: isInt };
	}
	if (!(schema instanceof z.ZodString)) return undefined;
	const checks = (schema.def.checks ?? []).map((check) => check._zod.def.check);
	if (checks.length === 1 && checks[0] === 'min_length' && schema.minLength === 1) return 'text';
	return String(schema.meta()?.['legal']).startsWith('the address of a server') ? 'endpoint' : undefined;
}
