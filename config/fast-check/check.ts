import { readEndpoint } from '../../presets/contract/endpoint.js';
import { PRESETS } from '../../presets/contract/names.js';
import { isObject } from '../common/layer.js';
import type { ConfigLayer } from '../schema/config.js';
import { FAST_KEYS, type FastKey } from './keys.generated.js';

/** What a value that is not plain is answered by. */
const NO = Symbol('not plain');

/**
 * The value of a source as the schema would read it, where that takes nothing but a look: every key known, every value a
 * yes or no, a number in its range, a word, a text, a preset that ships, an endpoint, or the names of instrumentations.
 *
 * Answers undefined for anything else, whether it is wrong or merely asks for more: zod is loaded then, and decides. What
 * counts as plain is made from the schema (`scripts/make-schema.mjs`), and a test compares the two.
 */
export function fastCheck(value: unknown): ConfigLayer | undefined {
	const read = section(value, '');
	return read === NO ? undefined : (read as ConfigLayer);
}

function section(value: unknown, above: string): unknown {
	if (!isPlainObject(value)) return NO;
	const read: Record<string, unknown> = {};
	for (const key of Reflect.ownKeys(value)) {
		if (typeof key !== 'string') return NO;
		const path = above + key;
		const kind = Object.hasOwn(FAST_KEYS, path) ? FAST_KEYS[path] : undefined;
		if (kind === undefined) return NO;
		const inner = value[key];
		if (inner === undefined) continue;
		const one = kind === 'section' ? section(inner, `${path}.`) : leaf(inner, kind);
		if (one === NO) return NO;
		read[key] = one;
	}
	return read;
}

function leaf(value: unknown, kind: Exclude<FastKey, 'section'>): unknown {
	if (typeof kind === 'object') {
		if ('words' in kind) return typeof value === 'string' && kind.words.includes(value) ? value : NO;
		const inside = typeof value === 'number' && value >= kind.min && value <= kind.max;
		return inside && (!kind.whole || Number.isSafeInteger(value)) ? value : NO;
	}
	if (kind === 'switch') return typeof value === 'boolean' ? value : NO;
	if (kind === 'text') return typeof value === 'string' && value !== '' ? value : NO;
	if (kind === 'endpoint') return typeof value === 'string' && readEndpoint(value) !== undefined ? value : NO;
	if (kind === 'preset') return presets(value);
	return instrumentations(value);
}

function presets(value: unknown): unknown {
	const names = typeof value === 'string' ? [value] : value;
	if (!Array.isArray(names) || names.length === 0 || !names.every((name) => SHIPPED.includes(name))) return NO;
	const all = [...new Set(names)];
	return all.length > 1 && all.includes('none') ? NO : all;
}

const SHIPPED: readonly unknown[] = PRESETS;

/** `true`, or the list that `include` holds; with options of their own they are for zod. */
function instrumentations(value: unknown): unknown {
	if (typeof value === 'boolean') return value;
	if (!isPlainObject(value) || Reflect.ownKeys(value).join() !== 'include') return NO;
	const { include } = value;
	if (!Array.isArray(include) || !include.every((name) => typeof name === 'string' && name !== '')) return NO;
	return { include: [...include] };
}

/** An object as a literal makes one, in whatever realm: nothing of it is inherited. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (!isObject(value)) return false;
	const prototype: object | null = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
