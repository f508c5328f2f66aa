import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { filesBelow, ROOT, unlessFresh } from './fresh.mjs';

/** The output folder. It is below the package's root, so that the examples can import the package by its name. */
const OUT = join(ROOT, 'dist');

/**
 * Compiles the TypeScript files of a folder one by one to `dist/<folder>`, unless they did not change: files in a
 * folder `legacy` with legacy decorators, all others with TC39 ones.
 *
 * @param folder - from the root, such as 'examples/garden'
 */
export async function compileFolder(folder) {
	await unlessFresh(
		folder.replaceAll('/', '-'),
		[folder, 'scripts/build-garden.mjs'],
		join('dist', folder),
		async () => {
			rmSync(join(OUT, folder), { recursive: true, force: true });
			const files = filesBelow([folder]).filter((file) => file.endsWith('.ts'));
			await Promise.all(
				[true, false].map((legacy) =>
					esbuild({
						absWorkingDir: ROOT,
						entryPoints: files.filter((file) => file.includes('/legacy/') === legacy),
						outbase: '.',
						outdir: OUT,
						format: 'esm',
						target: 'node22',
						sourcemap: true,
						logLevel: 'warning',
						tsconfigRaw: { compilerOptions: { experimentalDecorators: legacy, verbatimModuleSyntax: true } },
					}),
				),
			);
		},
	);
}
