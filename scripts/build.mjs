// Builds the package into dist/esm and dist/cjs, unless it is fresh; `--force` builds always.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, ROOT, SHIPPED, unlessFresh } from './fresh.mjs';
import { must, TSC } from './run.mjs';

const INPUTS = [...SHIPPED, 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.cjs.json', 'package-lock.json'];

/** The one entry that awaits at top level, and the program, which nobody requires: they exist as ESM alone. */
const ESM_ONLY = [join('presets', 'register.ts'), `cli${sep}`];

/** The code without its comments, which stand in the types, and the types with them. */
async function compile(project) {
	const code = ['--removeComments', '--declaration', 'false'];
	await Promise.all([code, ['--emitDeclarationOnly']].map((how) => must('node', [TSC, '-p', project, ...how])));
}

async function esm() {
	rmSync(join(ROOT, 'dist/esm'), { recursive: true, force: true });
	await compile('tsconfig.build.json');
}

/**
 * TypeScript decides by the nearest package.json whether a file is CommonJS, and only then keeps `import()` as it is
 * (cosmiconfig is ESM only). So the sources are compiled once more from a copy below a package.json that says so.
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
	await compile('tsconfig.cjs.json');
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
