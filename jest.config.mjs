import { publicEntries } from './scripts/entries.mjs';
import { writeFences } from './scripts/fences.mjs';
import { swc } from './scripts/jest/swc.mjs';

/** The files that a project's transformer compiles. */
const TYPESCRIPT = '\\.ts$';

/** Files with `legacy` in their name, or in a folder of that name, are compiled with `experimentalDecorators`. */
const LEGACY = '(\\.legacy(\\.[a-z]+)?\\.ts|/legacy/[^/]+\\.ts)$';

/** What all projects share. Tests import the sources, under the package's own names too. */
const common = {
	testEnvironment: 'node',
	roots: ['<rootDir>/__tests__'],
	extensionsToTreatAsEsm: ['.ts'],
	moduleNameMapper: {
		...Object.fromEntries(publicEntries().map(({ specifier, source }) => [`^${specifier}$`, `<rootDir>/${source}`])),
		'^agentese-otel-core$': '<rootDir>/index.ts',
		'^(\\.{1,2}/.*)\\.js$': '$1',
	},
};

/**
 * Returns a project that runs the contract suite with one compiler and one decorator standard. Tests read both from the
 * globals `COMPILER`, `DECORATORS` and `FIELDS`.
 *
 * @param COMPILER - 'swc', 'tsc' or 'esbuild'
 * @param DECORATORS - 'legacy' or 'tc39'
 * @param FIELDS - 'define', or 'assign' for `useDefineForClassFields: false`
 */
function contract(COMPILER, DECORATORS, FIELDS = 'define') {
	const options = { decorators: DECORATORS, fields: FIELDS };
	const transforms = {
		swc: swc(DECORATORS, FIELDS),
		tsc: ['<rootDir>/scripts/jest/tsc.mjs', options],
		esbuild: ['<rootDir>/scripts/jest/esbuild.mjs', options],
	};
	const other = DECORATORS === 'legacy' ? 'tc39' : 'legacy';
	const suffix = FIELDS === 'assign' ? '-assign' : '';
	return {
		...common,
		displayName: `contract-${COMPILER === 'swc' ? '' : `${COMPILER}-`}${DECORATORS}${suffix}`,
		// Only legacy decorators see a difference between a field that is assigned and one that is defined.
		testMatch: [`<rootDir>/__tests__/contract/**/*${suffix ? '.legacy' : ''}.test.ts`],
		testPathIgnorePatterns: [`\\.${other}\\.test\\.ts$`],
		transform: { [TYPESCRIPT]: transforms[COMPILER] },
		globals: { COMPILER, DECORATORS, FIELDS },
		...(COMPILER === 'tsc' ? { globalSetup: '<rootDir>/scripts/jest/tsc-setup.mjs' } : {}),
	};
}

/** Compiles by the file's name: `LEGACY` files with legacy decorators, all others with TC39 ones. */
const byName = {
	transform: { [LEGACY]: swc('legacy'), [TYPESCRIPT]: swc('tc39') },
	globals: { COMPILER: 'swc', DECORATORS: 'tc39', FIELDS: 'define' },
};

// The project `docs` runs the test files that this writes.
writeFences();

export default {
	maxWorkers: 2,
	// In ms. Stops only a test that hangs: a child process that loads the SDK takes 1 s, and 10 s on a busy machine.
	testTimeout: 120_000,
	projects: [
		{
			...common,
			...byName,
			displayName: 'unit',
			testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
			testPathIgnorePatterns: [
				...['contract', 'neighbours', 'e2e'].map((folder) => `<rootDir>/__tests__/${folder}/`),
				'\\.e2e\\.test\\.ts$',
			],
		},
		{
			...common,
			...byName,
			displayName: 'docs',
			roots: ['<rootDir>/.cache/fences/run'],
			testMatch: ['<rootDir>/.cache/fences/run/**/*.test.ts'],
		},
		{
			...contract('swc', 'legacy'),
			displayName: 'neighbours',
			testMatch: ['<rootDir>/__tests__/neighbours/**/*.test.ts'],
			testPathIgnorePatterns: [],
		},
		...['swc', 'tsc', 'esbuild'].flatMap((compiler) => [
			contract(compiler, 'legacy'),
			contract(compiler, 'legacy', 'assign'),
			contract(compiler, 'tc39'),
		]),
	],
};
