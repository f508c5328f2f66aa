import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, an absolute path. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The sources of the package, as paths from the root. */
export const SHIPPED = [
	'index.ts',
	'extend-core.ts',
	'extend.ts',
	'lib',
	'decorators',
	'delivery',
	'presets',
	'config',
	'sdk',
	'testing',
	'cli',
];

/**
 * Returns the given files, and all files below the given folders, sorted. Paths that do not exist are left out.
 *
 * @param paths - from the root, as are the returned ones
 */
export function filesBelow(paths) {
	const found = [];
	for (const path of paths) {
		const full = join(ROOT, path);
		if (!existsSync(full)) continue;
		if (!statSync(full).isDirectory()) found.push(path);
		else found.push(...filesBelow(readdirSync(full).map((name) => join(path, name))));
	}
	return found.sort();
}

/**
 * Runs `make` unless its inputs did not change since it last succeeded.
 *
 * It compares a hash of the contents, because in a fresh clone all files have the same time. Reading two hundred files
 * takes about 15 ms.
 *
 * @param name - the name of the file in `.cache/` that keeps the hash
 * @param inputs - files and folders, from the root
 * @param output - a path from the root; if it does not exist, `make` runs in any case
 * @param make - throws or rejects if it fails; then the new hash is not kept
 * @returns true if `make` ran
 */
export async function unlessFresh(name, inputs, output, make) {
	const stamp = join(ROOT, '.cache', `${name}.stamp`);
	const hash = createHash('sha256');
	for (const file of filesBelow(inputs))
		hash
			.update(file)
			.update('\0')
			.update(readFileSync(join(ROOT, file)));
	const now = hash.digest('hex');
	if (existsSync(stamp) && existsSync(join(ROOT, output)) && readFileSync(stamp, 'utf8') === now) return false;
	rmSync(stamp, { force: true });
	await make();
	mkdirSync(dirname(stamp), { recursive: true });
	writeFileSync(stamp, now);
	return true;
}
