// `npm run pack`: builds what is not fresh, and packs both packages as they are published. `-- --to=FOLDER` names where the
// tarballs are written, the repository's root by default. It prints their paths.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { ROOT } from './fresh.mjs';
import { CORE, MAIN } from './packages/entries.mjs';
import { folderOf } from './packages/packages.mjs';
import { must } from './run.mjs';

/**
 * Packs one package.
 *
 * @param to - an absolute path
 * @returns `name`; `tarball`, its path; `files`, those in it; `size` of it and `unpackedSize`, in bytes
 */
export async function pack(name, to, flags = []) {
	const args = ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', to, ...flags];
	const packed = await must('npm', args, { cwd: folderOf(name) });
	// Lines may precede the JSON, which is an array or an object, depending on npm's version.
	const [{ filename, files, size, unpackedSize }] = Object.values(JSON.parse(packed.slice(packed.search(/^[[{]/m))));
	return { name, tarball: join(to, filename), files: files.map(({ path }) => path), size, unpackedSize };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
	const { values } = parseArgs({ options: { to: { type: 'string', default: '.' } } });
	const to = resolve(ROOT, values.to);
	mkdirSync(to, { recursive: true });
	await build();
	for (const name of [CORE, MAIN]) console.log((await pack(name, to)).tarball);
}
