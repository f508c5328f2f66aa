import { variableName } from './keys.js';

/** What takes the place of a key: another key, or a sentence for a key that has none. */
type Replacement = { readonly key: string } | { readonly instead: string };

/**
 * The keys that the config had before its names were frozen, by their paths. A config that sets one is refused with the
 * key that replaces it: without this table the message would suggest the nearest key by spelling, which is another one.
 */
export const RENAMED_KEYS: Readonly<Record<string, Replacement>> = {
	captureLimits: { instead: 'write "capture: { maxBytes, maxDepth, maxValues }"' },
	'captureLimits.bytes': { key: 'capture.maxBytes' },
	'captureLimits.depth': { key: 'capture.maxDepth' },
	'captureLimits.nodes': { key: 'capture.maxValues' },
	'delivery.window': { key: 'delivery.delay' },
	'prometheus.server': { key: 'prometheus.listen' },
	'prometheus.nextPort': { instead: 'set "prometheus.port" to a free port, or to 0 for any free port' },
	'redact.keep': { key: 'redact.allow' },
	'redact.with': { key: 'redact.replace' },
	compileCache: { instead: "set Node's environment variable NODE_COMPILE_CACHE to a directory" },
};

/**
 * Returns what to write in place of a renamed key, as the second half of a sentence: `it is now "redact.replace"`.
 * Returns undefined if the key was not renamed.
 *
 * @param source - the source that sets the key; if it is a variable, the text also names the new variable
 */
export function replacementOf(key: string, source: string): string | undefined {
	const replacement = Object.hasOwn(RENAMED_KEYS, key) ? RENAMED_KEYS[key] : undefined;
	if (replacement === undefined) return undefined;
	if ('instead' in replacement) return `it was removed; ${replacement.instead}`;
	const variable = source === variableName(key.split('.')) ? ` (${variableName(replacement.key.split('.'))})` : '';
	return `it is now "${replacement.key}"${variable}`;
}
