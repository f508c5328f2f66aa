import { cpSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { must, run, TSC } from '../run.mjs';
import { EXPECTED, folderOf, write } from './project.mjs';

const require = createRequire(import.meta.url);
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
/** Node's options for Jest in ESM mode. */
const VM = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/** Reads the report of a test runner. @throws unless it ran one test, which passed */
function onePassed(folder) {
	const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
	if (numPassedTests !== 1 || numTotalTests !== 1)
		throw new Error(`${numPassedTests} of ${numTotalTests} tests passed`);
}

/** Returns the check that the consumer's test passes under Jest. */
function jest(app, standard, type) {
	const esm = type === 'module';
	return {
		name: `jest, ${esm ? 'ESM' : 'CommonJS'} mode, ${standard}: the consumer's test passes`,
		async check() {
			const folder = folderOf(app, `jest-${standard}-${type}`, type);
			renameSync(join(folder, 'test.ts'), join(folder, 'soul.test.ts'));
			const transform =
				standard === 'legacy' ? { legacyDecorator: true, decoratorMetadata: true } : { decoratorVersion: '2023-11' };
			const options = {
				swcrc: false,
				jsc: { parser: { syntax: 'typescript', decorators: true }, transform, target: 'es2022' },
			};
			const config = {
				testEnvironment: 'node',
				extensionsToTreatAsEsm: esm ? ['.ts'] : [],
				moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
				transform: { '\\.ts$': [require.resolve('@swc/jest'), options] },
			};
			write(folder, 'jest.config.json', JSON.stringify(config));
			const args = ['--json', '--outputFile=report.json', '--no-cache', '--runInBand', '--rootDir', folder];
			await must('node', [...(esm ? VM : []), JEST, ...args], { cwd: folder, env: { EXPECTED } });
			onePassed(folder);
		},
	};
}

/** Returns the check that the consumer's test passes under vitest. */
function vitest(app) {
	return {
		name: "vitest, legacy: the consumer's test passes",
		async check() {
			const folder = folderOf(app, 'vitest');
			renameSync(join(folder, 'test.ts'), join(folder, 'soul.test.ts'));
			write(
				folder,
				'tsconfig.json',
				JSON.stringify({ compilerOptions: { experimentalDecorators: true, target: 'es2022' } }),
			);
			write(folder, 'vitest.config.js', 'export default { test: { globals: true } };\n');
			const vitest = join(app, 'node_modules/vitest/vitest.mjs');
			const args = ['run', '--reporter=json', '--outputFile=report.json'];
			await must('node', [vitest, ...args], { cwd: folder, env: { EXPECTED } });
			onePassed(folder);
		},
	};
}

/** A test in Jest's default mode, which is CommonJS and supports no `import()`. */
const STARTING = `
const { traced } = require('agentese-otel');
const { startTelemetry } = require('agentese-otel/presets');
test.each([
	['no file', { preset: 'json', json: { directory: './out' } }],
	['a file in YAML', './agentese.config.yaml'],
])('telemetry starts with %s', async (_name, config) => {
	const telemetry = await startTelemetry(config);
	traced(() => 1, { name: 'prune' })();
	await telemetry.flush();
	const { delivered } = telemetry.stats().spans;
	await telemetry.shutdown();
	expect(delivered).toBe(1);
});
`;

/** Returns the check that telemetry starts under Jest in its default mode. */
function jestStarts(app) {
	return {
		name: "jest, CommonJS mode without Node's flag for modules: telemetry starts, with a config in YAML too",
		async check() {
			const folder = join(app, 'jest-starts');
			write(folder, 'package.json', '{}');
			write(folder, 'agentese.config.yaml', 'preset: json\njson: { directory: ./out }\n');
			write(folder, 'starts.test.cjs', STARTING);
			write(folder, 'jest.config.json', JSON.stringify({ testMatch: ['**/*.test.cjs'] }));
			const args = ['--no-cache', '--runInBand', '--rootDir', folder];
			const { code, output } = await run('node', [JEST, ...args], { cwd: folder });
			if (code !== 0 || !/^Tests: +2 passed, 2 total$/m.test(output)) throw new Error(output);
		},
	};
}

/** Tests that use `agentese-otel/testing`. */
const TESTING = join(ROOT, '__tests__/package/testing');

/** Returns the checks that `agentese-otel/testing` works under vitest, and that its matchers have types. */
function vitestTesting(app) {
	const folder = join(app, 'vitest-testing');
	const prepare = () => {
		write(folder, 'package.json', JSON.stringify({ type: 'module' }));
		cpSync(join(TESTING, 'vitest.ts'), join(folder, 'soul.test.ts'));
	};
	return [
		{
			name: 'vitest, testing: tests record apart, under fake timers too',
			async check() {
				prepare();
				const vitest = join(app, 'node_modules/vitest/vitest.mjs');
				await must('node', [vitest, 'run', '--reporter=json', '--outputFile=report.json'], { cwd: folder });
				const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'));
				if (numPassedTests !== 10 || numTotalTests !== 10)
					throw new Error(`${numPassedTests} of ${numTotalTests} tests passed`);
			},
		},
		{
			name: 'vitest, testing: the matchers have types',
			async check() {
				prepare();
				const lib = 'es2023,esnext.disposable,dom';
				const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'nodenext', '--lib', lib];
				await must('node', [TSC, ...options, '--skipLibCheck', '--types', 'node', 'soul.test.ts'], { cwd: folder });
			},
		},
	];
}

/** Returns the checks that run the consumer's test in each test runner. */
export function runners({ app }) {
	return [
		jestStarts(app),
		jest(app, 'legacy', 'commonjs'),
		jest(app, 'tc39', 'commonjs'),
		jest(app, 'tc39', 'module'),
		vitest(app),
		...vitestTesting(app),
	];
}
