// Bundles our own code into few files. Dependencies stay external; scripts/packages/ makes the published packages of these.
//
// Node needs about a third of a millisecond to find, read and link a file: importing the decorators from 149 files took
// three times as long as from one. esbuild alone creates a chunk for each set of entries that share code, 48 of them
// for one start. So this groups files that are loaded together into one chunk.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './fresh.mjs';
import { inlineNames } from './inline-names.mjs';

/** Where the files are written. Their source maps name the sources relative to it. */
export const OUT = join(ROOT, 'dist/esm');

/** The esbuild options of both passes, which read the sources. */
const SOURCES = {
	...{ platform: 'node', target: 'node22.18', logLevel: 'silent' },
	absWorkingDir: ROOT,
	outdir: OUT,
	outbase: ROOT,
	bundle: true,
	splitting: true,
	format: 'esm',
	packages: 'external',
	write: false,
};

/**
 * The chunks. One file: the file and everything it imports, without what is in the chunks before it. Two files: only
 * what both import.
 */
const TOGETHER = [
	['index.ts'],
	['sdk/index.ts'],
	['sdk/lifecycle/running.ts'],
	['presets/json/preset.ts', 'presets/otlp/preset.ts'],
];

/**
 * Entries that load no chunk as a whole. `register` must check the installed OpenTelemetry before it imports anything
 * that an old version lacks; the command line loads as little as possible.
 */
const ALONE = ['sdk/register.ts', 'cli/main.ts'];

/**
 * Returns `groups`, the files of each chunk of `TOGETHER`, and `reached(file)`, the set of a file and everything that
 * it imports statically, directly or not.
 */
async function graph(entryPoints) {
	const { metafile } = await build({ ...SOURCES, entryPoints, metafile: true, plugins: [inlineNames()] });
	const reached = (file, found = new Set()) => {
		if (found.has(file)) return found;
		found.add(file);
		for (const { path, kind, external } of metafile.inputs[file].imports)
			if (!external && kind === 'import-statement') reached(path, found);
		return found;
	};
	const assigned = new Set();
	const groups = TOGETHER.map((files) => {
		const [first, ...others] = files.map((file) => reached(file));
		const group = [...first].filter((file) => !assigned.has(file) && others.every((other) => other.has(file)));
		for (const file of group) assigned.add(file);
		return group;
	});
	return { groups, reached };
}

/**
 * Returns an esbuild plugin that keeps each group in one chunk: it makes every entry, and every file that `import()`
 * loads, import all files of each group that it needs a part of. esbuild then has no reason to split the group.
 */
function together({ groups, reached }) {
	const path = (file) => JSON.stringify(join(ROOT, file));
	return {
		name: 'together',
		setup({ onResolve, onLoad }) {
			onResolve({ filter: /^group:/ }, ({ path }) => ({ path, namespace: 'group' }));
			onLoad({ filter: /.*/, namespace: 'group' }, ({ path: name }) => ({
				contents: groups[Number(name.slice('group:'.length))].map((file) => `import ${path(file)};`).join('\n'),
				resolveDir: ROOT,
			}));
			onResolve({ filter: /^\.|\.ts$/ }, ({ kind, path, resolveDir }) => {
				if (kind === 'import-statement') return undefined;
				const file = relative(ROOT, join(resolveDir, path)).replace(/\.js$/, '.ts');
				return ALONE.includes(file) ? undefined : { path: file, namespace: 'whole' };
			});
			onLoad({ filter: /.*/, namespace: 'whole' }, ({ path: file }) => {
				const files = reached(file);
				const needed = groups.flatMap((group, index) => (group.some((one) => files.has(one)) ? [index] : []));
				const imports = needed.map((index) => `import 'group:${index}';`);
				return { contents: [`export * from ${path(file)};`, ...imports].join('\n'), resolveDir: ROOT };
			});
		},
	};
}

/**
 * Removes imports of our own files that import no name, and leaves an empty line for the source map. package.json declares
 * the files free of side effects, so bundlers would warn of them.
 */
export const withoutUnnamedImports = (text) =>
	text.replace(/^import "(\.{1,2}|agentese-otel-core\/internal)\/[^"]+";$/gm, '');

/**
 * Restores the names of classes. esbuild renames a class that refers to itself, to `_PathNotFoundError` for example,
 * and that would be the `name` of its errors. esbuild's option `keepNames` would add a call for every function that is
 * created, on hot paths too.
 *
 * @param isOwn - whether a class is one of ours, by its name. In a file with packages, others have names with an underscore
 */
export function restoreClassNames(text, isOwn = () => true) {
	let named = text;
	for (const [, name, inner] of text.matchAll(/\bvar (\w+) = class (_\w+)/g)) {
		if (!isOwn(name)) continue;
		if (new RegExp(`\\b(var|let|const|function|class) ${inner}\\b(?! (extends|\\{))`).test(text))
			throw new Error(`${inner} is declared twice in one file; ${name} cannot get its name back.`);
		named = named.replaceAll(new RegExp(`(?<![.#$\\w])${inner}\\b`, 'g'), name);
	}
	return named;
}

/** Writes one file below a folder. */
export function write(folder, path, text) {
	const file = join(folder, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}

/**
 * Bundles entries as ES modules into `OUT`, with source maps.
 *
 * @param entries - paths of sources from the root
 * @returns esbuild's metafile, whose outputs are relative to the root
 */
export async function bundle(entries) {
	const { outputFiles, metafile } = await build({
		...SOURCES,
		entryPoints: entries.map((file) => ({ in: file, out: file.replace(/\.ts$/, '') })),
		chunkNames: 'chunks/[name]-[hash]',
		// All files of a group stay in its chunk, used or not.
		treeShaking: false,
		ignoreAnnotations: true,
		sourcemap: 'linked',
		sourcesContent: false,
		metafile: true,
		plugins: [inlineNames(), together(await graph(entries))],
	});
	for (const { path, text } of outputFiles) {
		const isMap = path.endsWith('.map');
		write(OUT, relative(OUT, path), isMap ? text : restoreClassNames(withoutUnnamedImports(text)));
	}
	return metafile;
}
