import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bundle, runChild, temporary } from '../../support/children.js';

/** Simulates Node 20: `node:module` without the function that the toolkit needs. */
const OLD = `const nodeModule = require('node:module');
delete nodeModule.findPackageJSON;
nodeModule.syncBuiltinESMExports();`;

const LINE =
	/^agentese-otel: this is Node v\d+.*, and the presets need 22\.18 or newer, .* Start the application with a newer Node\.\n$/;

let built: Awaited<ReturnType<typeof bundle>>;
let folder: string;
let old: string;
beforeAll(async () => {
	built = await bundle();
	folder = temporary();
	old = join(folder, 'old.cjs');
	writeFileSync(old, OLD);
});
afterAll(() => {
	built.remove();
	rmSync(folder, { recursive: true });
});

it('register reports in one line that Node is too old, and the application runs', async () => {
	const node = ['--require', old, '--import', join(built.url, 'register.mjs')];
	const ended = await runChild('hello.mjs', { node, cwd: folder });
	expect(ended).toEqual({
		code: 0,
		signal: null,
		stdout: 'the application runs\n',
		stderr: expect.stringMatching(LINE),
	});
});

it('startTelemetry() reports the same, reads no config, and returns a handle that does nothing', async () => {
	writeFileSync(join(folder, 'agentese.config.yaml'), 'a config that is none');
	const node = ['--require', old];
	const env = { BUNDLE: built.url, DIR: join(folder, 'telemetry') };
	const { code, stdout, stderr } = await runChild('cases.mjs', { args: ['unwritable'], node, cwd: folder, env });
	const none = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };
	expect([code, JSON.parse(stdout)]).toEqual([0, { spans: none, metricPoints: none }]);
	expect(stderr).toMatch(LINE);
});
