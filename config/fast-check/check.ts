import { CAPTURES } from '../../lib/signals/capture/settings.js';
import { readEndpoint } from '../../presets/contract/endpoint.js';
import { PRESETS } from '../../presets/contract/names.js';
import { isObject } from '../common/layer.js';
import type { ConfigLayer } from '../schema/config.js';
import { FAST_KEYS, type FastKey } from './keys.generated.js';

/** The result for a value that the fast check cannot decide. */
const UNDECIDED = Symbol('undecided');

/**
 * Checks the value of one source without loading zod, and returns what the schema would return for it. It knows keys
 * with booleans, numbers in a range, known words, non-empty strings, shipped presets, endpoints and lists of
 * instrumentations.
 *
 * Returns undefined for everything else, faulty or not: zod is then loaded and decides. The known keys are generated
 * from the schema (`scripts/make-schema.mjs`), and a test compares the results of both checks.
 */
export function fastCheck(value: unknown): ConfigLayer | undefined {
	const checked = checkSection(value, '');
	return checked === UNDECIDED ? undefined : (checked as ConfigLayer);
}

/** @param prefix - the path of the section with a dot after it; empty for the whole config */
function checkSection(value: unknown, prefix: string): unknown {
	if (!isPlainObject(value)) return UNDECIDED;
	const checked: Record<string, unknown> = {};
	for (const key of Reflect.ownKeys(value)) {
		// Unknown keys are left to zod, whose message lists the legal ones.
		if (typeof key !== 'string') return UNDECIDED;
		const path = prefix + key;
		const kind = Object.hasOwn(FAST_KEYS, path) ? FAST_KEYS[path] : undefined;
		if (kind === undefined) return UNDECIDED;
		const inner = value[key];
		// An undefined value sets nothing, as in the schema.
		if (inner === undefined) continue;
		const isSection = kind === 'section' || (kind === 'capture' && typeof inner !== 'string');
		const result = isSection ? checkSection(inner, `${path}.`) : checkLeaf(inner, kind);
		if (result === UNDECIDED) return UNDECIDED;
		checked[key] = result;
	}
	return checked;
}

/** Checks the value of a key without keys below it. Returns what the schema would return, or `UNDECIDED`. */
function checkLeaf(value: unknown, kind: Exclude<FastKey, 'section'>): unknown {
	if (typeof kind === 'object') {
		if ('words' in kind) return typeof value === 'string' && kind.words.includes(value) ? value : UNDECIDED;
		const inRange = typeof value === 'number' && value >= kind.min && value <= kind.max;
		return inRange && (!kind.integer || Number.isSafeInteger(value)) ? value : UNDECIDED;
	}
	if (kind === 'switch') return typeof value === 'boolean' ? value : UNDECIDED;
	if (kind === 'text') return typeof value === 'string' && value !== '' ? value : UNDECIDED;
	if (kind === 'endpoint') return typeof value === 'string' && readEndpoint(value) !== undefined ? value : UNDECIDED;
	if (kind === 'preset') return checkPresets(value);
	if (kind === 'capture') return checkCapture(value);
	return checkInstrumentations(value);
}

/** Returns the distinct names of shipped presets; a module as a preset is left to zod. */
function checkPresets(value: unknown): unknown {
	const names = typeof value === 'string' ? [value] : value;
	if (!Array.isArray(names) || names.length === 0 || !names.every((name) => SHIPPED.includes(name))) return UNDECIDED;
	const distinct = [...new Set(names)];
	return distinct.length > 1 && distinct.includes('none') ? UNDECIDED : distinct;
}

/** Accepts the word that sets both sides, which becomes an object as in the schema. */
function checkCapture(word: unknown): unknown {
	return CAPTURE_WORDS.includes(word) ? { arguments: word, result: word } : UNDECIDED;
}

/** The words of `capture`, typed so that any value can be looked up. */
const CAPTURE_WORDS: readonly unknown[] = CAPTURES;

/** The shipped presets, typed so that any value can be looked up. */
const SHIPPED: readonly unknown[] = PRESETS;

/** Accepts a boolean, or an object with the list `include` only; instrumentations with options are left to zod. */
function checkInstrumentations(value: unknown): unknown {
	if (typeof value === 'boolean') return value;
	if (!isPlainObject(value) || Reflect.ownKeys(value).join() !== 'include') return UNDECIDED;
	const { include } = value;
	if (!Array.isArray(include) || !include.every((name) => typeof name === 'string' && name !== '')) return UNDECIDED;
	return { include: [...include] };
}

/** Whether a value is an object as a literal creates it, in any realm, so that none of its keys is inherited. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
	if (!isObject(value)) return false;
	const prototype: object | null = Object.getPrototypeOf(value);
	return prototype === null || Object.getPrototypeOf(prototype) === null;
}
