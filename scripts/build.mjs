// Builds our own code into dist/esm, and the two packages that are published into dist/packages, unless the sources did not
// change. `--force` builds in any case.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, OUT } from './bundle.mjs';
import { ROOT, SHIPPED, unlessFresh } from './fresh.mjs';
import { ENTRIES } from './packages/entries.mjs';
import { makePackages } from './packages/packages.mjs';
import { must, TSC } from './run.mjs';

/** What the build reads: it runs again if one of these changes. */
const INPUTS = [
	...SHIPPED,
	'scripts/build.mjs',
	'scripts/bundle.mjs',
	'scripts/inline-names.mjs',
	'scripts/packages',
	'package.json',
	'package-lock.json',
	'tsconfig.json',
	'tsconfig.build.json',
	'README.md',
	'CHANGELOG.md',
	'LICENSE',
	'model',
];

/** Emits one .d.ts file for each source, with its doc comments. */
const declarations = () => must('node', [TSC, '-p', 'tsconfig.build.json', '--emitDeclarationOnly']);

/**
 * Builds everything, unless the sources did not change since the last build.
 *
 * @param options.force - builds in any case
 * @returns true if it built
 * @throws with the output of tsc and esbuild if one of them fails
 */
export async function build({ force = false } = {}) {
	if (force) rmSync(OUT, { recursive: true, force: true });
	return unlessFresh('build', INPUTS, 'dist/esm/index.js', async () => {
		for (const folder of ['dist/esm', 'dist/cjs', 'dist/packages', 'dist/node_modules'])
			rmSync(join(ROOT, folder), { recursive: true, force: true });
		const steps = await Promise.allSettled([bundle(ENTRIES.map(({ source }) => source)), declarations()]);
		const failed = steps.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
		if (failed.length > 0) throw new Error(failed.join('\n'));
		await makePackages(steps[0].value);
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
