import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { built, CORE, ENTRIES, entriesOf, MAIN } from './entries.mjs';

const readJson = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

/** The versions of OpenTelemetry's API that both packages work with. */
const API_RANGE = '>=1.9.0 <2';

/** What both manifests take from the repository's own. */
const SHARED = ['version', 'license', 'author', 'repository', 'homepage', 'bugs', 'engines'];

/** The range of a package that the repository depends on: its version or a newer one of the same major version. */
function rangeOf(name, dependencies) {
	const version = /^\^?(\d+\.\d+\.\d+)$/.exec(dependencies[name])?.[1];
	if (version === undefined) throw new Error(`package.json has no version of ${name}; it got ${dependencies[name]}.`);
	return `^${version}`;
}

/** The conditions of an entry. Node loads the ES modules for `require` too, so that a process has one instance. */
function conditions({ source, formats }) {
	const esm = `./dist/esm/${built(source)}`;
	if (formats === 'esm') return { types: `./dist/esm/${built(source, 'd.ts')}`, import: esm };
	return {
		'module-sync': { types: `./dist/esm/${built(source, 'd.ts')}`, default: esm },
		import: { types: `./dist/esm/${built(source, 'd.ts')}`, default: esm },
		require: { types: `./dist/cjs/${built(source, 'd.ts')}`, default: `./dist/cjs/${built(source)}` },
	};
}

/** The entries of a package as `exports`. */
const exportsOf = (entries) => Object.fromEntries(entries.map((entry) => [entry.name, conditions(entry)]));

/** The types of entries for compilers that do not read `exports`. */
const typesVersions = (entries) => ({
	'*': Object.fromEntries(
		entries
			.filter(({ name, formats }) => name !== '.' && formats === 'both')
			.map(({ name, source }) => [name.slice(2), [`./dist/cjs/${built(source, 'd.ts')}`]]),
	),
});

/** The members of a manifest, in the order that npm writes them. */
function manifest(name, entries, more) {
	const root = readJson('package.json');
	const shared = Object.fromEntries(SHARED.map((key) => [key, root[key]]));
	return {
		name,
		...shared,
		type: 'module',
		main: './dist/cjs/index.js',
		types: './dist/cjs/index.d.ts',
		typesVersions: typesVersions(entries),
		...more,
	};
}

/** Returns the package.json of `agentese-otel-core`. */
export function coreManifest() {
	const { keywords, dependencies } = readJson('package.json');
	const entries = ENTRIES.filter(({ of, name }) => of === CORE && name !== undefined);
	return manifest(CORE, entries, {
		description:
			`The decorators of agentese-otel without an SDK: AGENTESE resolver classes make OpenTelemetry traces and metrics ` +
			`with the SDK that the application has.`,
		keywords,
		exports: {
			...exportsOf(entries),
			// For agentese-otel of the same version alone. One entry per file: a barrel would load them all.
			'./internal/*': {
				'module-sync': './dist/esm/*.js',
				import: './dist/esm/*.js',
				require: './dist/cjs/*.js',
			},
			'./package.json': './package.json',
		},
		files: ['dist', 'CHANGELOG.md'],
		sideEffects: false,
		dependencies: { 'reflect-metadata': rangeOf('reflect-metadata', dependencies) },
		peerDependencies: { '@opentelemetry/api': API_RANGE },
		publishConfig: { access: 'public', provenance: true },
	});
}

/** Returns the package.json of `agentese-otel`. */
export function mainManifest() {
	const { version, description, keywords, devDependencies } = readJson('package.json');
	const entries = entriesOf(MAIN).filter(({ name }) => name !== undefined);
	const register = entries
		.filter(({ formats }) => formats === 'esm')
		.map(({ source }) => `./dist/esm/${built(source)}`);
	return manifest(MAIN, [{ name: '.', source: 'index.ts', formats: 'both' }, ...entries], {
		description,
		keywords,
		bin: { [MAIN]: './dist/esm/cli/main.js' },
		exports: {
			...exportsOf([{ name: '.', source: 'index.ts', formats: 'both' }, ...entries]),
			'./schema.json': './config/schema.json',
			'./package.json': './package.json',
		},
		files: ['dist', 'config', 'model', 'CHANGELOG.md', 'THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json'],
		sideEffects: register,
		dependencies: {
			// The exact version: the files of one release import each other by names that change with every release.
			[CORE]: version,
		},
		// Only `otlp_grpc` in the file that `OTEL_CONFIG_FILE` names needs the package of gRPC.
		peerDependencies: { '@opentelemetry/api': API_RANGE, '@grpc/grpc-js': rangeOf('@grpc/grpc-js', devDependencies) },
		peerDependenciesMeta: { '@grpc/grpc-js': { optional: true } },
		publishConfig: { access: 'public', provenance: true },
	});
}
