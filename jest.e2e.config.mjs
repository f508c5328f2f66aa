// `npm run e2e`: the end-to-end tests, against real servers. They are not in jest.config.mjs, because building the
// servers takes minutes the first time.
import { allBackends } from './scripts/backends.mjs';
import { build } from './scripts/build.mjs';
import { compileFolder } from './scripts/build-garden.mjs';
import { swc } from './scripts/jest/swc.mjs';

// Built here, so that no test's time limit includes the build.
await Promise.all([build(), compileFolder('examples/garden')]);
await allBackends();

export default {
	displayName: 'e2e',
	testEnvironment: 'node',
	roots: ['<rootDir>/__tests__'],
	// The second pattern: tests beside their subject that take a minute, because they start and end real processes.
	testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts', '<rootDir>/__tests__/**/*.e2e.test.ts'],
	extensionsToTreatAsEsm: ['.ts'],
	moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
	transform: { '\\.ts$': swc('tc39') },
	// One test file at a time, because its servers need both cores of a CI machine.
	maxWorkers: 1,
	// In ms. Stops only a test that hangs: a server that starts in 1 s takes 10 s on a busy machine.
	testTimeout: 300_000,
};
