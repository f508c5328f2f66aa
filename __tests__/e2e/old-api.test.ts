import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as api from '@opentelemetry/api';
import { newFolder } from './support/servers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The names that the API exports since 1.10: importing one of them by name from 1.9 fails at link time. */
const SINCE_110 = ['logs', 'SeverityNumber'];

const REFUSED = (folder: string) =>
	`agentese-otel: the toolkit finds @opentelemetry/api 1.9.0 (${folder}/node_modules/@opentelemetry/api), which belongs to ` +
	'OpenTelemetry 2.x; the presets need 1.10, of OpenTelemetry 3.x. Decorators work with an SDK that the application ' +
	'starts itself; presets, the config and auto-instrumentation do not. Update to the packages of 3.x and npm i ' +
	'@opentelemetry/api@1.10, or start your own SDK.\n';

const BODY = `
	const soul = traced(() => 'woven', { name: 'ask' });
	const { startTelemetry, prometheusHandler, nodeSdkConfiguration } = presets;
	prometheusHandler();
	startTelemetry()
		.then((telemetry) => telemetry.shutdown())
		.then(() => nodeSdkConfiguration())
		.catch(({ message }) => console.log(message.split(' (')[0]))
		.finally(() => console.log(soul()));`;

const APPS = {
	'app.mjs': `import { traced } from 'agentese-otel';\nimport * as presets from 'agentese-otel/presets';${BODY}`,
	'app.cjs': `const { traced } = require('agentese-otel');\nconst presets = require('agentese-otel/presets');${BODY}`,
};

/**
 * Creates a folder with the package, its dependencies without the SDK, and an API 1.9 derived from the installed one.
 */
let folder: string;
beforeEach(() => {
	folder = realpathSync(newFolder('old-api'));
	const modules = join(folder, 'node_modules');
	for (const part of ['package.json', 'dist'])
		cpSync(join(ROOT, part), join(modules, 'agentese-otel', part), { recursive: true });
	for (const name of ['reflect-metadata', 'zod', 'yaml']) {
		symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
	}
	const old = join(modules, '@opentelemetry/api');
	mkdirSync(old, { recursive: true });
	const exports = { '.': { import: './index.mjs', require: './index.cjs' } };
	writeFileSync(join(old, 'package.json'), JSON.stringify({ name: '@opentelemetry/api', version: '1.9.0', exports }));
	const names = Object.keys(api).filter((name) => !SINCE_110.includes(name) && name !== 'default');
	const today = join(ROOT, 'node_modules/@opentelemetry/api');
	const list = names.join(', ');
	writeFileSync(
		join(old, 'index.cjs'),
		`const { ${list} } = require(${JSON.stringify(today)});\nmodule.exports = { ${list} };`,
	);
	writeFileSync(join(old, 'index.mjs'), `import api from './index.cjs';\nexport const { ${list} } = api;`);
	for (const [name, text] of Object.entries(APPS)) writeFileSync(join(folder, name), text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
	const { NODE_OPTIONS: _, ...env } = process.env;
	return promisify(execFile)(process.execPath, args, { cwd: folder, env });
}

describe.each(Object.keys(APPS))('with an API of 1.9 and no package of SDK 3, %s', (name) => {
	it('imports the presets, reports what works and what to do, and runs', async () => {
		const { stdout, stderr } = await run(name);
		expect(stderr).toBe(REFUSED(folder));
		expect(stdout).toBe('the toolkit finds @opentelemetry/api 1.9.0\nwoven\n');
	});

	it('reports that before it is loaded under --import agentese-otel/register', async () => {
		const { stdout, stderr } = await run('--import', 'agentese-otel/register', name);
		expect(stderr).toBe(REFUSED(folder).repeat(2));
		expect(stdout).toBe('the toolkit finds @opentelemetry/api 1.9.0\nwoven\n');
	});
});
