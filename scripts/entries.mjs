import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './fresh.mjs';

/**
 * Returns the entries of the package that export names, as package.json lists them: `specifier` is what a user imports,
 * `source` the file that an entry is compiled from, `types` its declarations in the ES build, both as paths from the root,
 * and `report` the name of its API report. An entry that is imported for its effects alone, and what is no module, is left
 * out.
 */
export function publicEntries() {
	const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
	return Object.entries(exports).flatMap(([key, targets]) => {
		if (targets.import === undefined || targets.require === undefined) return [];
		const specifier = key === '.' ? name : `${name}${key.slice(1)}`;
		const types = targets.types ?? targets.import.replace(/\.js$/, '.d.ts');
		const source = targets.import.replace('./dist/esm/', '').replace(/\.js$/, '.ts');
		return [{ specifier, source, types: types.slice(2), report: specifier.replaceAll('/', '-') }];
	});
}
