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

	it('exports ESM for import and for require in Node and bundlers, and CommonJS for tools without module-sync', () => {
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
			['./extend', entry('extend')],
			['./presets', entry('sdk/index')],
			['./register', [['import', './dist/esm/sdk/register.js']]],
			['./schema.json', './config/schema.json'],
			['./package.json', './package.json'],
		]);
	});

	it('names the program that npx runs, which exists as an ES module only', () => {
		expect(manifest.bin).toEqual({ 'agentese-otel': './dist/esm/cli/main.js' });
	});

	it('pins the exact version of each dependency, so that one copy of each is installed', () => {
		const ranges = Object.entries<string>(manifest.dependencies).filter(
			([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
		);
		expect(ranges).toEqual([]);
	});

	it('runs its scripts with the Node that npm ci installs', () => {
		const programs = Object.values<string>(manifest.scripts).map((script) => script.split(' ')[0]);
		expect(new Set(programs)).toEqual(new Set(['node', 'biome', 'knip']));
		expect(manifest.devDependencies).toHaveProperty('node');
	});
});

describe('package-lock.json', () => {
	it('has the optional packages of every platform, which npm ci requires (scripts/complete-lockfile.mjs adds them)', () => {
		const names = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)));
		const wanted = Object.values(lock.packages).flatMap(({ optionalDependencies }) =>
			Object.keys(optionalDependencies ?? {}),
		);
		expect(wanted.length).toBeGreaterThan(20);
		expect(wanted.filter((name) => !names.has(name))).toEqual([]);
	});
});
