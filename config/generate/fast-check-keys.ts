import { z } from 'zod';
import type { FastKey } from '../fast-check/keys.generated.js';
import { leavesOf } from '../schema/keys.js';
import { configSchema } from '../schema/schema.js';

/** Keys whose schema accepts more than its type shows. `config/fast-check/check.ts` knows their common values. */
const SPECIAL_KEYS: Readonly<Record<string, FastKey>> = {
	preset: 'preset',
	autoInstrumentation: 'instrumentations',
	capture: 'capture',
};

/** Returns the keys of the config that can be checked without zod, by path, and how each of them is checked. */
export function fastCheckKeys(): Record<string, FastKey> {
	const keys: Record<string, FastKey> = {};
	for (const { path, schema } of leavesOf(configSchema)) {
		const key = path.join('.');
		const kind = SPECIAL_KEYS[key] ?? kindOf(schema);
		if (kind === undefined) continue;
		for (let depth = 1; depth < path.length; depth++) keys[path.slice(0, depth).join('.')] ??= 'section';
		keys[key] = kind;
	}
	return keys;
}

/** How the values of a schema are checked; undefined if the fast check cannot check them. */
function kindOf(schema: z.ZodType): FastKey | undefined {
	if (schema instanceof z.ZodBoolean) return 'switch';
	if (schema instanceof z.ZodEnum) return { words: schema.options.map(String) };
	if (schema instanceof z.ZodNumber) {
		const { minValue, maxValue, isInt } = schema;
		return { min: minValue ?? Number.NEGATIVE_INFINITY, max: maxValue ?? Number.POSITIVE_INFINITY, integer: isInt };
	}
	if (!(schema instanceof z.ZodString)) return undefined;
	const checks = (schema.def.checks ?? []).map((check) => check._zod.def.check);
	if (checks.length === 1 && checks[0] === 'min_length' && schema.minLength === 1) return 'text';
	return String(schema.meta()?.['legal']).startsWith('the address of a server') ? 'endpoint' : undefined;
}
