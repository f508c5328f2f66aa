import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject } from '../common/layer.js';

/** Where cosmiconfig looks for settings of its own, which may name other places: it is left to judge these. */
const ITS_OWN = ['.config', 'package.yaml'];

/**
 * Whether a search for a config is sure to find none: no directory from this one upward, as far as cosmiconfig goes,
 * holds a file of these names. Only a config in code or in variables is then there, and cosmiconfig is not loaded for it.
 *
 * Whatever is doubtful, such as a package.json that cannot be read, is left to cosmiconfig, which says what is wrong.
 */
export function hasNoConfigFile(cwd: string, places: readonly string[]): boolean {
	const names = new Set([...places, ...ITS_OWN]);
	names.delete('package.json');
	try {
		for (let directory = cwd; ; directory = dirname(directory)) {
			const entries = readdirSync(directory);
			if (entries.some((entry) => names.has(entry))) return false;
			if (entries.includes('package.json')) {
				const manifest: unknown = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
				return isObject(manifest) && manifest['agentese'] === undefined && manifest['cosmiconfig'] === undefined;
			}
			if (dirname(directory) === directory) return true;
		}
	} catch {
		return false;
	}
}
