import { warnOnce } from '../runtime/log-once.js';

/**
 * Attributes by their keys. A value that OpenTelemetry would drop (Date, bigint, Error, Map, Set, class instances) is
 * written as text; null and undefined are left out.
 */
export type AttributeRecord = Readonly<Record<string, unknown>>;

/**
 * The attributes of an application, with the types of their values. It is empty; an application adds its own keys,
 * which `Invocation.set`, `Invocation.propagate` and {@linkcode propagate} then complete and check. Other keys stay
 * legal.
 *
 * @example
 * ```ts
 * import { propagate } from 'agentese-otel';
 *
 * declare module 'agentese-otel' {
 * 	interface DeclaredAttributes {
 * 		'app.shelf': 'roses' | 'ferns';
 * 	}
 * }
 * propagate({ 'app.shelf': 'roses' }, () => 'planted'); // => 'planted'
 * // @ts-expect-error: the value is none of the two
 * propagate({ 'app.shelf': 'weeds' }, () => 'planted'); // => 'planted'
 * ```
 */
export interface DeclaredAttributes extends Readonly<Record<never, unknown>> {}

/** The most keys that one invocation, or one call of `propagate`, may write. */
const MAX_KEYS = 64;

/** The most characters of a key. */
const MAX_KEY = 256;

/**
 * Returns those of the given attributes that an application may write. Null and undefined are left out; a key that
 * breaks a rule is dropped, which is logged once for each rule. May throw what a property of the record throws.
 *
 * @param caller - the name of the method, for the messages
 * @param keys - the keys that were accepted before for the same invocation; the accepted ones are added
 */
export function checkedAttributes(caller: string, record: unknown, keys: Set<string>): AttributeRecord {
	if (typeof record !== 'object' || record === null || Array.isArray(record)) {
		const got = Array.isArray(record) ? 'an array' : record === null ? 'null' : typeof record;
		warnOnce(
			`attributes.record.${caller}`,
			`${caller}() accepts an object of attributes; it got ${got}, which is ignored. Write { 'app.key': value }.`,
		);
		return {};
	}
	const accepted = Object.entries(record).filter(
		([key, value]) => value !== undefined && value !== null && isAccepted(caller, key, keys),
	);
	return Object.fromEntries(accepted);
}

/** Returns true if a key may be written, and adds it to the accepted ones; else logs the rule that it breaks. */
function isAccepted(caller: string, key: string, keys: Set<string>): boolean {
	if (keys.has(key)) return true;
	if (key.startsWith('agentese.')) {
		warnOnce(
			`attributes.reserved.${caller}`,
			`${caller}() got the key '${key.slice(0, MAX_KEY)}'; keys that begin with 'agentese.' belong to the toolkit and are ignored. Use a prefix of your application, such as 'app.'.`,
		);
		return false;
	}
	if (key === '' || key.length > MAX_KEY) {
		warnOnce(
			`attributes.key.${caller}`,
			`${caller}() got a key of ${key.length} characters; keys of 1 to ${MAX_KEY} characters are legal, and others are ignored.`,
		);
		return false;
	}
	if (keys.size >= MAX_KEYS) {
		warnOnce(
			`attributes.count.${caller}`,
			`${caller}() got more than ${MAX_KEYS} different keys for one invocation; the others are ignored. Write fewer, or one text of JSON.`,
		);
		return false;
	}
	keys.add(key);
	return true;
}
