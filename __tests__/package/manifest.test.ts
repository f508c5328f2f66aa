import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { VERSION } from '../../lib/runtime/version.js';
import { ROOT } from '../../scripts/fresh.mjs';
import { coreManifest, mainManifest } from '../../scripts/packages/manifest.mjs';

const read = (file: string) => JSON.parse(readFileSync(`${ROOT}/${file}`, 'utf8'));
const root = read('package.json');
const lock: { packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }> } =
	read('package-lock.json');

/** The conditions of an entry that exists in both formats. */
const entry = (name: string) => [
	['module-sync', { types: `./dist/esm/${name}.d.ts`, default: `./dist/esm/${name}.js` }],
	['import', { types: `./dist/esm/${name}.d.ts`, default: `./dist/esm/${name}.js` }],
	['require', { types: `./dist/cjs/${name}.d.ts`, default: `./dist/cjs/${name}.js` }],
];

/** `exports` with the conditions in their order. */
const exportsOf = (manifest: { exports: Record<string, string | Record<string, unknown>> }) =>
	Object.entries(manifest.exports).map(([name, conditions]) => [
		name,
		typeof conditions === 'string' ? conditions : Object.entries(conditions),
	]);

describe('the package.json of the repository', () => {
	it('has the version that spans and metrics carry, and is published by nobody', () => {
		expect([root.version, root.private]).toEqual([VERSION, true]);
	});

	it('pins the exact version of each package that is bundled, so that a build is repeatable', () => {
		const ranges = Object.entries<string>(root.dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
		expect(ranges).toEqual([]);
	});

	it('runs its scripts with the Node that npm ci installs', () => {
		const programs = Object.values<string>(root.scripts).map((script) => script.split(' ')[0]);
		expect(new Set(programs)).toEqual(new Set(['node', 'biome', 'knip']));
		expect(root.devDependencies).toHaveProperty('node');
	});
});

describe('the package.json of agentese-otel-core', () => {
	const manifest = coreManifest();

	it('exports ESM for import and for require in Node and bundlers, and CommonJS for tools without module-sync', () => {
		const [decorators, extend, [internal, files] = [], json] = exportsOf(manifest);
		expect(decorators).toEqual(['.', entry('index')]);
		expect(extend).toEqual(['./extend', entry('extend-core')]);
		expect(json).toEqual(['./package.json', './package.json']);
		expect([internal, files]).toEqual([
			'./internal/*',
			[
				['module-sync', './dist/esm/*.js'],
				['import', './dist/esm/*.js'],
				['require', './dist/cjs/*.js'],
			],
		]);
	});

	it('depends on one package, and works with every API from 1.9', () => {
		expect(manifest.dependencies).toEqual({ 'reflect-metadata': `^${root.dependencies['reflect-metadata']}` });
		expect(manifest.peerDependencies).toEqual({ '@opentelemetry/api': '>=1.9.0 <2' });
	});
});

describe('the package.json of agentese-otel', () => {
	const manifest = mainManifest();

	it('exports the same entries as the repository, and the core', () => {
		expect(exportsOf(manifest).filter(([, conditions]) => typeof conditions !== 'string')).toEqual([
			['.', entry('index')],
			['./extend', entry('extend')],
			['./presets', entry('sdk/index')],
			['./testing', entry('testing/index')],
			[
				'./register',
				[
					['types', './dist/esm/sdk/register.d.ts'],
					['import', './dist/esm/sdk/register.js'],
				],
			],
		]);
		expect(Object.keys(manifest.exports)).toEqual(Object.keys(root.exports));
	});

	it('depends on exactly its own version of the core, and on nothing else', () => {
		expect(manifest.dependencies).toEqual({ 'agentese-otel-core': VERSION });
	});

	it("has the API as a peer, gRPC's package as an optional one, and no instrumentation", () => {
		expect(Object.keys(manifest.peerDependencies)).toEqual(['@opentelemetry/api', '@grpc/grpc-js']);
		expect(manifest.peerDependencies['@opentelemetry/api']).toBe('>=1.9.0 <2');
		expect(manifest.peerDependenciesMeta).toEqual({ '@grpc/grpc-js': { optional: true } });
	});

	it('names the program that npx runs, which exists as an ES module only', () => {
		expect(manifest.bin).toEqual({ 'agentese-otel': './dist/esm/cli/main.js' });
	});

	it.each([coreManifest(), mainManifest()])('says where $name comes from, and has no script', (one) => {
		const { repository, homepage, bugs } = one;
		expect([repository.url, homepage, bugs.url]).toEqual([
			'git+https://github.com/agentese/agentese-otel.git',
			'https://github.com/agentese/agentese-otel#readme',
			'https://github.com/agentese/agentese-otel/issues',
		]);
		expect(one).not.toHaveProperty('scripts');
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
