import { nearest } from '../../agentese/errors/nearest.js';
import type { Callable } from '../../invocation/callable.js';
import {
	ATTR_AGENTESE_CONTEXT,
	ATTR_AGENTESE_OUTCOME,
	ATTR_AGENTESE_PATH,
	ATTR_CODE_FUNCTION_NAME,
	ATTR_ERROR_TYPE,
} from '../../runtime/names.generated.js';
import { METERED_KEYS, type MeteredOptions } from './options.js';

/** The attributes that the toolkit sets on metrics. Options must not declare them. */
const RESERVED = [
	ATTR_AGENTESE_PATH,
	ATTR_AGENTESE_CONTEXT,
	ATTR_AGENTESE_OUTCOME,
	ATTR_ERROR_TYPE,
	ATTR_CODE_FUNCTION_NAME,
];

/** The beginning of all names of the toolkit, also of those that it may set later. */
const OWN = 'agentese.';

/** Returns a sentence about the first invalid value among the options of `@Metered`; undefined if all are valid. */
export function faultInMetered({ attributes, buckets, active }: MeteredOptions<Callable, unknown>): string | undefined {
	if (active !== undefined && typeof active !== 'boolean') return "The option 'active' is true or false.";
	if (buckets !== undefined && !isAscending(buckets))
		return "The option 'buckets' is an array of finite numbers in ascending order.";
	if (attributes !== undefined && (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)))
		return "The option 'attributes' is an object: { key: { values, from } }.";
	for (const [key, attribute] of Object.entries(attributes ?? {})) {
		if (RESERVED.includes(key)) return `The attribute '${key}' is reserved: the toolkit sets it.`;
		if (key.startsWith(OWN)) {
			return `The attribute '${key}' begins with '${OWN}', which belongs to the toolkit; begin it with a prefix of the application, such as 'app.'.`;
		}
		if (key === '')
			return "The option 'attributes' has a key that is empty; an attribute has a name of 1 character or more.";
		if (typeof attribute?.from !== 'function' || !areLegalValues(attribute.values)) {
			return `The attribute '${key}' has { values, from }: an array of strings, and a function that returns one of them.`;
		}
	}
	return undefined;
}

/**
 * Returns a sentence about the first fault of the option `metered` of `@Traced`: a wrong type, an unknown key of its
 * object, or a wrong value; undefined if there is none.
 */
export function faultInMeteredOption(metered: unknown): string | undefined {
	if (metered === undefined || typeof metered === 'boolean') return undefined;
	const legal = `The option 'metered' is true, false or an object with the options of @Metered: ${METERED_KEYS.join(', ')}.`;
	if (typeof metered !== 'object' || metered === null || Array.isArray(metered)) return legal;
	const unknown = Object.keys(metered).find((key) => !(METERED_KEYS as readonly string[]).includes(key));
	if (unknown === undefined) return faultInMetered(metered);
	const near = RENAMED[unknown] ?? nearest(unknown, METERED_KEYS, 1)[0];
	return `${legal} '${unknown.slice(0, 80)}' is none of them${near === undefined ? '.' : `; did you mean '${near}'?`}`;
}

/** Former names of options of `@Metered`, with their present ones. */
export const RENAMED: Readonly<Record<string, string>> = { labels: 'attributes' };

/** Returns true for a non-empty array of finite numbers, each larger than the one before. */
function isAscending(buckets: unknown): boolean {
	return (
		Array.isArray(buckets) &&
		buckets.length > 0 &&
		buckets.every((value, i) => Number.isFinite(value) && (i === 0 || value > buckets[i - 1]))
	);
}

/** Returns true for an array of at most 100 strings. */
function areLegalValues(values: unknown): boolean {
	return Array.isArray(values) && values.length <= 100 && values.every((value) => typeof value === 'string');
}
