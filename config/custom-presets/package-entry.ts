import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject } from '../common/layer.js';

/** The conditions of a package's exports that an ESM import meets. */
const CONDITIONS = ['module-sync', 'import', 'node', 'default'];

/**
 * The file that `import` of a package means from a directory, for packages that have ESM alone: `require.resolve`
 * refuses these, and `import.meta.resolve` takes no parent and is not there in CommonJS.
 */
export function packageEntry(name: string, from: string): string | undefined {
	if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(name)) return undefined;
	for (let directory = from; ; directory = dirname(directory)) {
		const folder = join(directory, 'node_modules', name);
		if (existsSync(join(folder, 'package.json'))) return entryOf(folder);
		if (dirname(directory) === directory) return undefined;
	}
}

function entryOf(folder: string): string | undefined {
	const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	if (!isObject(manifest)) return undefined;
	const { exports } = manifest;
	const target = targetOf(isObject(exports) && '.' in exports ? exports['.'] : exports);
	return target === undefined ? undefined : join(folder, target);
}

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
