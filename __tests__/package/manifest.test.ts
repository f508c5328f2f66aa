import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { VERSION } from '../../lib/runtime/version.js';
import { ROOT } from '../../scripts/fresh.mjs';

const read = (file: string) => JSON.parse(readFileSync(`${ROOT}/${file}`, 'utf8'));
const manifest = read('package.json');
const lock: { packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }> } =
	read('package-lock.json');

describe('package.json', () => {
	it('has the version that spans and metrics carry', () => {
		expect(manifest.version).toBe(VERSION);
	});

	it('gives Node and bundlers ESM for import and require alike, and CommonJS to whoever knows no better', () => {
		const entry = (name: string) => [
			['module-sync', `./dist/esm/${name}.js`],
			['import', `./dist/esm/${name}.js`],
			['require', `./dist/cjs/${name}.js`],
		];
		const exports = Object.entries<Record<string, string>>(manifest.exports).map(([name, conditions]) => [
			name,
			typeof conditions === 'string' ? conditions : Object.entries(conditions),
		]);
		expect(exports).toEqual([
			['.', entry('index')],
			['./presets', entry('sdk/index')],
			['./register', [['import', './dist/esm/sdk/register.js']]],
			['./schema.json', './config/schema.json'],
			['./package.json', './package.json'],
		]);
	});

	it('names the program that npx runs, which is ESM alone', () => {
		expect(manifest.bin).toEqual({ 'agentese-otel': './dist/esm/cli/main.js' });
	});

	it('pins the packages that must stay one copy exactly', () => {
		const loose = Object.entries<string>(manifest.dependencies).filter(
			([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
		);
		expect(loose).toEqual([]);
	});

	it('runs its scripts with the Node that npm ci installs, never by a path of its own', () => {
		const programs = Object.values<string>(manifest.scripts).map((script) => script.split(' ')[0]);
		expect(new Set(programs)).toEqual(new Set(['node', 'biome']));
		expect(manifest.devDependencies).toHaveProperty('node');
	});
});

describe('package-lock.json', () => {
	it('holds the optional packages of every platform, or npm ci refuses it (scripts/complete-lockfile.mjs adds them)', () => {
		const names = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
		const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies }) =>
			Object.keys(optionalDependencies ?? {}),
		);
		expect(wanted.length).toBeGreaterThan(20);
		expect(wanted.filter((name) => !names.has(name))).toEqual([]);
	});
});
