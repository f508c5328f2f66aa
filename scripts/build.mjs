// Builds the package into dist/esm and dist/cjs, unless its sources did not change. `--force` builds in any case.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleCjs, bundleEsm } from './bundle.mjs';
import { filesBelow, ROOT, SHIPPED, unlessFresh } from './fresh.mjs';
import { pruneTypes } from './prune-types.mjs';
import { must, TSC } from './run.mjs';

/** What the build reads: it runs again if one of these changes. */
const INPUTS = [...SHIPPED, 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.cjs.json', 'package-lock.json'];

/** The entries that exist as ES modules and as CommonJS. */
const ENTRIES = ['index.ts', 'extend.ts', 'sdk/index.ts'];

/** The entries that are ES modules only: `register` has a top-level `await`, and nothing requires the command line. */
const ESM_ENTRIES = ['sdk/register.ts', 'cli/main.ts'];
/** The paths that the CommonJS build leaves out. */
const ESM_ONLY = [join('sdk', 'register.ts'), `cli${sep}`];

/** The declaration files of the entries that a user imports. */
const declarations = (entries) => entries.map((file) => file.replace(/\.ts$/, '.d.ts'));

/** Emits one .d.ts file for each source, with its doc comments. */
const types = (project) => must('node', [TSC, '-p', project, '--emitDeclarationOnly']);

/** Builds dist/esm: the types by tsc, the code by esbuild. */
async function esm() {
	const out = join(ROOT, 'dist/esm');
	rmSync(out, { recursive: true, force: true });
	await Promise.all([types('tsconfig.build.json'), bundleEsm([...ENTRIES, ...ESM_ENTRIES], out)]);
	pruneTypes(out, declarations([...ENTRIES, 'sdk/register.ts']));
}

/**
 * Builds dist/cjs. TypeScript decides by the nearest package.json whether a file is CommonJS, so the types are emitted
 * from a copy of the sources below a package.json with `"type": "commonjs"`.
 */
async function cjs() {
	const copy = join(ROOT, '.cache/cjs');
	const out = join(ROOT, 'dist/cjs');
	for (const folder of [copy, out]) rmSync(folder, { recursive: true, force: true });
	const sources = filesBelow(SHIPPED).filter(
		(file) => file.endsWith('.ts') && !ESM_ONLY.some((path) => file.startsWith(path)),
	);
	for (const file of sources) {
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		cpSync(join(ROOT, file), join(copy, file));
	}
	mkdirSync(out, { recursive: true });
	const type = `${JSON.stringify({ type: 'commonjs' })}\n`;
	writeFileSync(join(copy, 'package.json'), type);
	await Promise.all([types('tsconfig.cjs.json'), bundleCjs(ENTRIES, out)]);
	pruneTypes(out, declarations(ENTRIES));
	writeFileSync(join(out, 'package.json'), type);
}

/**
 * Builds the package, unless its sources did not change since the last build.
 *
 * @param options.force - builds in any case
 * @returns true if it built
 * @throws with the output of tsc and esbuild if one of them fails
 */
export async function build({ force = false } = {}) {
	if (force) rmSync(join(ROOT, 'dist/esm'), { recursive: true, force: true });
	return unlessFresh('build', INPUTS, 'dist/esm/index.js', async () => {
		const both = await Promise.allSettled([esm(), cjs()]);
		const failed = both.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
		if (failed.length > 0) throw new Error(failed.join('\n'));
	});
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	try {
		await build({ force: process.argv.includes('--force') });
	} catch (error) {
		console.error(error.message);
		process.exitCode = 1;
	}
}
