import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject } from '../common/layer.js';

/** The conditions of a package's `exports` that apply to an ESM import in Node. */
const CONDITIONS = ['module-sync', 'import', 'node', 'default'];

/**
 * Returns the absolute path of the file that `import` of a package loads from a directory, and undefined if the package
 * is not found. It is for packages with ESM only: `require.resolve` refuses these, and `import.meta.resolve` accepts no
 * parent and does not exist in CommonJS.
 *
 * @param name - the name of the package, with its scope and without a subpath
 */
export function packageEntry(name: string, from: string): string | undefined {
	// Anything else, such as a URL or a subpath, is no package name.
	if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) return undefined;
	for (let directory = from; ; directory = dirname(directory)) {
		const folder = join(directory, 'node_modules', name);
		if (existsSync(join(folder, 'package.json'))) return entryOf(folder);
		if (dirname(directory) === directory) return undefined;
	}
}

/** The file that the package in a folder exports as its main entry. */
function entryOf(folder: string): string | undefined {
	const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	if (!isObject(manifest)) return undefined;
	const { exports } = manifest;
	const target = targetOf(isObject(exports) && '.' in exports ? exports['.'] : exports);
	return target === undefined ? undefined : join(folder, target);
}

/** The file that a value of `exports` means: a string, a list of alternatives, or an object of conditions. */
function targetOf(exported: unknown): string | undefined {
	if (typeof exported === 'string') return exported;
	if (Array.isArray(exported)) return exported.map(targetOf).find((target) => target !== undefined);
	if (!isObject(exported)) return undefined;
	for (const [condition, inner] of Object.entries(exported)) {
		if (!CONDITIONS.includes(condition)) continue;
		const target = targetOf(inner);
		if (target !== undefined) return target;
	}
	return undefined;
}
