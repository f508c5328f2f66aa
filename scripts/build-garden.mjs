import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { filesBelow, ROOT, unlessFresh } from './fresh.mjs';

/** Where the compiled examples and benchmarks lie: below the package, whose name they import. */
const OUT = join(ROOT, 'dist');

/**
 * Compiles the files of a folder one by one to `dist/<folder>`, unless it is fresh: those in a folder `legacy` with
 * legacy decorators, all others with TC39 ones.
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
