import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject } from '../common/layer.js';

/** Files in which cosmiconfig finds settings for itself. These may name other config files, so it has to read them. */
const COSMICONFIG_FILES = ['.config', 'package.yaml'];

/**
 * Whether a search for a config file certainly finds none: no directory from `cwd` upward, as far as cosmiconfig
 * searches, has a file with one of the names. cosmiconfig need not be loaded then.
 *
 * Returns false in every case of doubt, such as a package.json that cannot be read: cosmiconfig then reports the fault.
 *
 * @param searchPlaces - the paths of config files within a directory
 */
export function hasNoConfigFile(cwd: string, searchPlaces: readonly string[]): boolean {
	const names = new Set([...searchPlaces, ...COSMICONFIG_FILES]);
	names.delete('package.json');
	try {
		for (let directory = cwd; ; directory = dirname(directory)) {
			const entries = readdirSync(directory);
			if (entries.some((entry) => names.has(entry))) return false;
			// The search ends at the first package.json, which may hold the config itself.
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
