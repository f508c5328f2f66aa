import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The relative imports of a declaration file: `from './x.js'` and `import('./x.js')`. */
const IMPORTS = /\b(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

/** Returns the declaration files that the entries reach, the entries included. */
function reached(folder, entries) {
	const found = new Set();
	const visit = (file) => {
		if (found.has(file) || !existsSync(file)) return;
		found.add(file);
		for (const [, path] of readFileSync(file, 'utf8').matchAll(IMPORTS))
			visit(join(dirname(file), path).replace(/\.js$/, '.d.ts'));
	};
	for (const entry of entries) visit(join(folder, entry));
	return found;
}

/**
 * Removes the declaration files of a build that no entry reaches, and the folders that are empty then: they describe what
 * nobody can import, and take half of the types' place in the package.
 *
 * @param folder - the build
 * @param entries - the declaration files of what a user imports, as paths below the folder
 * @throws Error if an entry has no declaration file
 */
export function pruneTypes(folder, entries) {
	for (const entry of entries)
		if (!existsSync(join(folder, entry))) throw new Error(`${join(folder, entry)} was not written by the compiler.`);
	const kept = reached(folder, entries);
	const clean = (directory) => {
		for (const item of readdirSync(directory, { withFileTypes: true })) {
			const path = join(directory, item.name);
			if (item.isDirectory()) clean(path);
			else if (item.name.endsWith('.d.ts') && !kept.has(path)) rmSync(path);
		}
		if (readdirSync(directory).length === 0) rmSync(directory, { recursive: true });
	};
	clean(folder);
}
