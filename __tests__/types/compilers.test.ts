import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

// The type tests of this folder against the declarations that are shipped (`npm run build`), as an application sees
// them: under every compiler that applications use, both decorator standards, and the flags that change what types mean.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = `${ROOT}.cache/compilers/`;
const TYPES = `${ROOT}__tests__/types/`;

/** The compilers, by the folder of their package: the newest one is `typescript`. */
const COMPILERS = ['typescript-5.9', 'typescript-6', 'typescript'] as const;
const STANDARDS = ['tc39', 'legacy'] as const;
type Standard = (typeof STANDARDS)[number];

/** The entry of each module specifier of the type tests. */
const ENTRIES: Readonly<Record<string, string>> = {
	'../../index.js': 'agentese-otel',
	'../../extend.js': 'agentese-otel/extend',
	'../../sdk/index.js': 'agentese-otel/presets',
	'../../testing/index.js': 'agentese-otel/testing',
};

const LIB = ['es2023', 'esnext.decorators', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'];

/** The strictest options; each set of flags changes some of them. */
const STRICTEST = {
	target: 'es2023',
	lib: LIB,
	module: 'nodenext',
	moduleResolution: 'nodenext',
	strict: true,
	exactOptionalPropertyTypes: true,
	noUncheckedIndexedAccess: true,
	verbatimModuleSyntax: true,
	skipLibCheck: true,
	types: ['node'],
	noEmit: true,
};

/** 13 sets of flags, each of which an application may have. */
const FLAGS: readonly (readonly [string, object])[] = [
	['strict', { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false, verbatimModuleSyntax: false }],
	['strict off', { strict: false, exactOptionalPropertyTypes: false }],
	['exactOptionalPropertyTypes', {}],
	['exactOptionalPropertyTypes, legacy', { experimentalDecorators: true }],
	[
		'emitDecoratorMetadata',
		{ experimentalDecorators: true, emitDecoratorMetadata: true, exactOptionalPropertyTypes: false },
	],
	['verbatimModuleSyntax off, isolatedModules', { verbatimModuleSyntax: false, isolatedModules: true }],
	['isolatedDeclarations', { isolatedDeclarations: true, declaration: true }],
	['skipLibCheck off', { skipLibCheck: false }],
	['without dom', { lib: LIB.filter((name) => !name.startsWith('dom')) }],
	['without disposable', { lib: LIB.filter((name) => name !== 'esnext.disposable') }],
	['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
	['preserve', { module: 'preserve', moduleResolution: 'bundler' }],
	['es2022, useDefineForClassFields off', { target: 'es2022', useDefineForClassFields: false }],
];

/** True for a type test of a standard. */
function isFor(standard: Standard, file: string): boolean {
	return (
		file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.includes(standard === 'tc39' ? '.legacy.' : '.tc39.')
	);
}

/** Writes type tests that import the package by its name, and the tsconfig.json, and returns the folder. */
function project(name: string, files: readonly string[], compilerOptions: object): string {
	const folder = `${FOLDER}${name.replaceAll(/\W+/g, '-')}/`;
	mkdirSync(folder, { recursive: true });
	for (const file of files) {
		const text = readFileSync(`${TYPES}${file}`, 'utf8');
		const imported = text.replaceAll(/'(\.\.\/\.\.\/[^']+)'/g, (_, path: string) => `'${ENTRIES[path] ?? path}'`);
		writeFileSync(`${folder}${file}`, imported);
	}
	writeFileSync(`${folder}tsconfig.json`, JSON.stringify({ compilerOptions, files }));
	return folder;
}

/** Returns what a compiler writes about a project: nothing if there is no error. */
async function errors(compiler: string, folder: string): Promise<string> {
	const tsc = `${ROOT}node_modules/${compiler}/bin/tsc`;
	const run = promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder });
	const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
	return `${stdout}${stderr}`;
}

beforeAll(() => {
	mkdirSync(`${FOLDER}node_modules`, { recursive: true });
	for (const name of ['agentese-otel', 'agentese-otel-core']) {
		symlinkSync(`${ROOT}dist/packages/${name}`, `${FOLDER}node_modules/${name}`);
	}
});
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

describe.each(COMPILERS)('%s', (compiler) => {
	it.each(STANDARDS)(
		'finds no error in the type tests, and all expected ones: %s',
		async (standard) => {
			const files = readdirSync(TYPES).filter((file) => isFor(standard, file));
			const decorators = standard === 'legacy' ? { experimentalDecorators: true, emitDecoratorMetadata: true } : {};
			const folder = project(`${compiler}-${standard}`, files, { ...STRICTEST, ...decorators });
			expect(files).toContain('wishes.ts');
			expect(await errors(compiler, folder)).toBe('');
		},
		120_000,
	);

	it('finds the one error of a wrong application', async () => {
		const folder = project(`${compiler}-wrong`, ['wishes.ts'], STRICTEST);
		const text = readFileSync(`${folder}wishes.ts`, 'utf8');
		writeFileSync(`${folder}wishes.ts`, text.replace('expected: [NotFound]', "expected: ['NotFound']"));
		expect((await errors(compiler, folder)).match(/^\S.* error TS/gm)).toHaveLength(1);
	}, 120_000);
});

// The oldest and the newest compiler: what lies between them has the flags of the oldest.
describe.each(['typescript-5.9', 'typescript'])('%s', (compiler) => {
	it.each(FLAGS)(
		'compiles an application with the flags: %s',
		async (name, flags) => {
			const folder = project(`${compiler}-${name}`, ['wishes.ts'], { ...STRICTEST, ...flags });
			expect(await errors(compiler, folder)).toBe('');
		},
		120_000,
	);
});

// TypeScript 7 has no such module resolution.
it.each(['typescript-5.9', 'typescript-6'])(
	'%s resolves the entries with node10',
	async (compiler) => {
		const folder = project(`${compiler}-node10`, ['wishes.ts'], {
			...STRICTEST,
			module: 'esnext',
			moduleResolution: 'node10',
			...(compiler === 'typescript-6' ? { ignoreDeprecations: '6.0' } : {}),
		});
		expect(await errors(compiler, folder)).toBe('');
	},
	120_000,
);
