import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bundle, runChild, temporary } from '../../support/children.js';

/** Each test starts several Node processes, which is slow on a busy machine. */
jest.setTimeout(30_000);

let built: Awaited<ReturnType<typeof bundle>>;
let parent: string;
let cache: string;

beforeAll(async () => {
	built = await bundle();
});
afterAll(() => built.remove());
beforeEach(() => {
	parent = temporary();
	cache = join(parent, 'node-compile-cache');
	mkdirSync(cache);
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** Runs a process with `register` and with its own directory for temporary files, where Node would keep its cache. */
const started = (env: NodeJS.ProcessEnv = {}) =>
	runChild('registered.mjs', {
		node: ['--import', join(built.url, 'register.mjs')],
		cwd: parent,
		env: { TMPDIR: parent, NODE_COMPILE_CACHE: undefined, ...env },
	});
const ran = { code: 0, signal: null, stdout: 'the application runs\n', stderr: '' };

describe('compileCache', () => {
	it("caches compiled code, the application's too", async () => {
		writeFileSync(join(parent, 'agentese.config.json'), '{"compileCache":true}');
		expect(await started()).toEqual(ran);
		const [version = ''] = readdirSync(cache);
		const kept = readdirSync(join(cache, version)).length;
		// The SDK alone is some two hundred files.
		expect(kept).toBeGreaterThan(100);
		expect(await started()).toEqual(ran);
		expect(readdirSync(join(cache, version)).length).toBe(kept);
	});

	it('is off by default', async () => {
		expect(await started()).toEqual(ran);
		expect(readdirSync(cache)).toEqual([]);
		expect(await started({ AGENTESE_COMPILE_CACHE: 'true' })).toEqual(ran);
		expect(readdirSync(cache)).not.toEqual([]);
	});

	it('whose directory cannot be written is reported in one line, and telemetry runs', async () => {
		rmSync(cache, { recursive: true });
		writeFileSync(cache, 'a file where the directory should be');
		const ended = await started({ AGENTESE_COMPILE_CACHE: 'true' });
		expect(ended).toEqual({
			...ran,
			stderr: expect.stringMatching(/^agentese-otel: compileCache is on, and Node cannot use its cache: .*\n$/),
		});
	});
});
