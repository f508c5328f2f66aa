// Builds the package into dist/esm and dist/cjs, unless it is fresh; `--force` builds always.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleCjs, bundleEsm } from './bundle.mjs';
import { filesBelow, ROOT, SHIPPED, unlessFresh } from './fresh.mjs';
import { must, TSC } from './run.mjs';

const INPUTS = [...SHIPPED, 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.cjs.json', 'package-lock.json'];

/** What a user imports. */
const ENTRIES = ['index.ts', 'sdk/index.ts'];

/** The one entry that awaits at top level, and the program, which nobody requires: they exist as ES modules alone. */
const ESM_ENTRIES = ['sdk/register.ts', 'cli/main.ts'];
const ESM_ONLY = [join('sdk', 'register.ts'), `cli${sep}`];

/** The types, file by file; the comments stand there. */
const types = (project) => must('node', [TSC, '-p', project, '--emitDeclarationOnly']);

async function esm() {
	const out = join(ROOT, 'dist/esm');
	rmSync(out, { recursive: true, force: true });
	await Promise.all([types('tsconfig.build.json'), bundleEsm([...ENTRIES, ...ESM_ENTRIES], out)]);
}

/**
 * TypeScript decides by the nearest package.json whether a file is CommonJS. So the types are made once more from a copy
 * of the sources below a package.json that says so.
 */
async function cjs() {
	const copy = join(ROOT, '.cache/cjs');
	const out = join(ROOT, 'dist/cjs');
	for (const folder of [copy, out]) rmSync(folder, { recursive: true, force: true });
	const sources = filesBelow(SHIPPED).filter(
		(file) => file.endsWith('.ts') && !ESM_ONLY.some((one) => file.startsWith(one)),
	);
	for (const file of sources) {
		mkdirSync(dirname(join(copy, file)), { recursive: true });
		cpSync(join(ROOT, file), join(copy, file));
	}
	mkdirSync(out, { recursive: true });
	const type = `${JSON.stringify({ type: 'commonjs' })}\n`;
	writeFileSync(join(copy, 'package.json'), type);
	await Promise.all([types('tsconfig.cjs.json'), bundleCjs(ENTRIES, out)]);
	writeFileSync(join(out, 'package.json'), type);
}

/** Builds the package, unless its sources are what they were; answers whether it did. */
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
