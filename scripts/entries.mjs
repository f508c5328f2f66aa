import { built, ENTRIES, MAIN } from './packages/entries.mjs';

/**
 * Returns the entries of both packages that export names: `specifier` is what a user imports, `source` the file that an entry
 * is compiled from, `types` its declarations in the ES build, both as paths from the root, and `report` the name of its API
 * report. `agentese-otel` exports the names of `agentese-otel-core`, which is left out.
 */
export function publicEntries() {
	return ENTRIES.filter(({ name, formats }) => name !== undefined && formats === 'both').map(({ of, name, source }) => {
		const specifier = name === '.' ? MAIN : `${of}${name.slice(1)}`;
		return { specifier, source, types: `dist/esm/${built(source, 'd.ts')}`, report: specifier.replaceAll('/', '-') };
	});
}
