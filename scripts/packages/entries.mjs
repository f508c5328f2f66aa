// The entries of both packages. A new entry is one line here: the manifests, the bundles, the types, the API reports, the
// checks and the tests follow it. The repository itself needs the same line in `exports` of package.json and in `paths` of
// tsconfig.tc39.json.

/** The package that holds the decorators and the engine. */
export const CORE = 'agentese-otel-core';

/** The package that holds everything, and re-exports the core. */
export const MAIN = 'agentese-otel';

/**
 * What an entry is:
 *
 * - `of`: the package that ships it
 * - `name`: how it is imported, as a key of `exports`; absent for what is no entry of `exports`
 * - `source`: its file. The built file has the same path below `dist/esm` and `dist/cjs`
 * - `formats`: 'both', or 'esm' if it has a top-level `await`, or if nothing requires it
 * - `more`: a file with declarations that are added to its types as they are: those of modules that may not be installed
 */
export const ENTRIES = [
	{ of: CORE, name: '.', source: 'index.ts', formats: 'both' },
	{ of: CORE, name: './extend', source: 'extend-core.ts', formats: 'both' },
	// Reached by `agentese-otel` alone, as `agentese-otel-core/internal/…`.
	{ of: CORE, source: 'lib/runtime/application-api.ts', formats: 'both' },
	{ of: MAIN, name: './extend', source: 'extend.ts', formats: 'both' },
	{ of: MAIN, name: './presets', source: 'sdk/index.ts', formats: 'both' },
	{ of: MAIN, name: './testing', source: 'testing/index.ts', formats: 'both', more: 'testing/matchers.augment.txt' },
	{ of: MAIN, name: './register', source: 'sdk/register.ts', formats: 'esm' },
	// The program that npx runs.
	{ of: MAIN, source: 'cli/main.ts', formats: 'esm' },
	// What replaces the registry of the bundled copy of OpenTelemetry's API. It becomes a part of other files.
	{ of: MAIN, source: 'sdk/api-registry/registry.ts', formats: 'bundled' },
];

/** The entries of a package that are files of it. */
export const entriesOf = (name) => ENTRIES.filter(({ of, formats }) => of === name && formats !== 'bundled');

/** The path of a built file, below `dist/esm` or `dist/cjs`. */
export const built = (source, extension = 'js') => source.replace(/\.ts$/, `.${extension}`);
