import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../scripts/fresh.mjs';

const require = createRequire(import.meta.url);
const FIXTURES = join(ROOT, '__tests__/package/testing');

/** A project outside of the repository that has the built packages installed. */
let project: string;

beforeAll(() => {
	project = mkdtempSync(join(tmpdir(), 'agentese-runners-'));
	const install = (name: string, from: string) => {
		const link = join(project, 'node_modules', name);
		mkdirSync(dirname(link), { recursive: true });
		symlinkSync(from, link);
	};
	install('agentese-otel', join(ROOT, 'dist/packages/agentese-otel'));
	install('@opentelemetry/api', join(ROOT, 'node_modules/@opentelemetry/api'));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/**
 * Runs Node in the project, without what jest sets in the environment. Returns its output.
 *
 * @throws Error with the output unless Node exits with 0
 */
async function run(args: string[]): Promise<string> {
	const kept = Object.entries(process.env).filter(([name]) => !/^(OTEL_|AGENTESE_|NODE_|JEST_)/.test(name));
	// What these set must not change a test.
	const machine = { AGENTESE_ENABLED: 'false', OTEL_TRACES_SAMPLER: 'always_off', OTEL_SDK_DISABLED: 'true' };
	const env = { ...Object.fromEntries(kept), ...machine };
	const child = spawn(process.execPath, args, { cwd: project, env });
	let output = '';
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
	const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
	if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}:\n${output}`);
	return output;
}

describe('a project with the built packages', () => {
	it('runs its tests under jest in CommonJS, and its config is a TypeScript file', async () => {
		writeFileSync(join(project, 'package.json'), '{ "type": "commonjs" }');
		copyFileSync(join(FIXTURES, 'jest.cjs'), join(project, 'soul.test.js'));
		copyFileSync(join(FIXTURES, 'agentese.config.ts'), join(project, 'agentese.config.ts'));
		const swc = [require.resolve('@swc/jest'), { swcrc: false, jsc: { parser: { syntax: 'typescript' } } }];
		const config = { testEnvironment: 'node', transform: { '\\.ts$': swc } };
		writeFileSync(join(project, 'jest.config.json'), JSON.stringify(config));
		const jest = join(dirname(require.resolve('jest/package.json')), 'bin/jest.js');
		await run([jest, '--ci', '--no-cache', '--json', '--outputFile=report.json']);
		const report = JSON.parse(readFileSync(join(project, 'report.json'), 'utf8'));
		expect([report.numPassedTests, report.numTotalTests]).toEqual([10, 10]);
	});

	it('runs its tests under node:test', async () => {
		writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
		copyFileSync(join(FIXTURES, 'node.mjs'), join(project, 'soul.test.mjs'));
		const output = await run(['--test', '--test-reporter=tap', 'soul.test.mjs']);
		expect(output).toMatch(/^# pass 10\n# fail 0$/m);
	});
});
