// End to end, against real servers: `npm run e2e`. Apart from jest.config.mjs, because they take minutes to build once.
import { allBackends } from './scripts/backends.mjs';
import { build } from './scripts/build.mjs';
import { compileFolder } from './scripts/build-garden.mjs';
import { swc } from './scripts/jest/swc.mjs';

// Made here, and not within the time limit of a test.
await Promise.all([build(), compileFolder('examples/garden')]);
await allBackends();

export default {
	displayName: 'e2e',
	testEnvironment: 'node',
	roots: ['<rootDir>/__tests__'],
	// Beside the folder, those that lie with their subject and take a minute, because real processes end in them.
	testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts', '<rootDir>/__tests__/**/*.e2e.test.ts'],
	extensionsToTreatAsEsm: ['.ts'],
	moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
	transform: { '\\.ts$': swc('tc39') },
	// One server at a time: two cores.
	maxWorkers: 1,
	// For what hangs: a server that starts in a second takes ten on a machine that others use.
	testTimeout: 300_000,
};
