import { writeFences } from './scripts/fences.mjs';
import { swc } from './scripts/jest/swc.mjs';

const TYPESCRIPT = '\\.ts$';

/** Files that say legacy in their name, or lie in a folder of that name, are compiled with `experimentalDecorators`. */
const LEGACY = '(\\.legacy(\\.[a-z]+)?\\.ts|/legacy/[^/]+\\.ts)$';

const common = {
	testEnvironment: 'node',
	roots: ['<rootDir>/__tests__'],
	extensionsToTreatAsEsm: ['.ts'],
	moduleNameMapper: {
		'^agentese-otel$': '<rootDir>/index.ts',
		'^agentese-otel/presets$': '<rootDir>/sdk/index.ts',
		'^(\\.{1,2}/.*)\\.js$': '$1',
	},
};

/** The contract suite once more, by another compiler, in another decorator standard. */
function contract(COMPILER, DECORATORS, FIELDS = 'define') {
	const how = { decorators: DECORATORS, fields: FIELDS };
	const transforms = {
		swc: swc(DECORATORS, FIELDS),
		tsc: ['<rootDir>/scripts/jest/tsc.mjs', how],
		esbuild: ['<rootDir>/scripts/jest/esbuild.mjs', how],
	};
	const other = DECORATORS === 'legacy' ? 'tc39' : 'legacy';
	const suffix = FIELDS === 'assign' ? '-assign' : '';
	return {
		...common,
		displayName: `contract-${COMPILER === 'swc' ? '' : `${COMPILER}-`}${DECORATORS}${suffix}`,
		// Only a legacy decorator can tell a field that is assigned from one that is defined.
		testMatch: [`<rootDir>/__tests__/contract/**/*${suffix ? '.legacy' : ''}.test.ts`],
		testPathIgnorePatterns: [`\\.${other}\\.test\\.ts$`],
		transform: { [TYPESCRIPT]: transforms[COMPILER] },
		globals: { COMPILER, DECORATORS, FIELDS },
		...(COMPILER === 'tsc' ? { globalSetup: '<rootDir>/scripts/jest/tsc-setup.mjs' } : {}),
	};
}

const byName = {
	transform: { [LEGACY]: swc('legacy'), [TYPESCRIPT]: swc('tc39') },
	globals: { COMPILER: 'swc', DECORATORS: 'tc39', FIELDS: 'define' },
};

writeFences();

export default {
	maxWorkers: 2,
	// For what hangs. A child process that loads the SDK takes a second, and ten on a machine that others use.
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
