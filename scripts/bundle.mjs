// Bundles the package's own code into few files; what it depends on stays outside.
//
// A file costs about a third of a millisecond to find, read and link: 149 of them made the import of the decorators
// three times as dear as one. esbuild alone makes a chunk for each set of entries that share code, 48 of them for one
// start; so what is loaded together anyway is kept together.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, transform } from 'esbuild';
import { ROOT } from './fresh.mjs';

const COMMON = { platform: 'node', target: 'node22.18', logLevel: 'silent' };

/** How both passes see the sources. */
const SOURCES = {
	...COMMON,
	absWorkingDir: ROOT,
	outdir: ROOT,
	outbase: ROOT,
	bundle: true,
	splitting: true,
	format: 'esm',
	packages: 'external',
	write: false,
};

/** Each of them and what it imports is one chunk, less the chunks before it; two together: what both import. */
const TOGETHER = [
	['index.ts'],
	['sdk/index.ts'],
	['sdk/lifecycle/running.ts'],
	['presets/json/preset.ts', 'presets/otlp/preset.ts'],
];

/** `register` must load nothing that an old OpenTelemetry lacks before it has looked, and the program little at all. */
const ALONE = ['sdk/register.ts', 'cli/main.ts'];

/** The files of each chunk of `TOGETHER`, and for every file those that it imports, however far down. */
async function graph(entryPoints) {
	const { metafile } = await build({ ...SOURCES, entryPoints, metafile: true });
	const reached = (file, found = new Set()) => {
		if (found.has(file)) return found;
		found.add(file);
		for (const { path, kind, external } of metafile.inputs[file].imports)
			if (!external && kind === 'import-statement') reached(path, found);
		return found;
	};
	const taken = new Set();
	const groups = TOGETHER.map((files) => {
		const [first, ...others] = files.map((file) => reached(file));
		const group = [...first].filter((file) => !taken.has(file) && others.every((other) => other.has(file)));
		for (const file of group) taken.add(file);
		return group;
	});
	return { groups, reached };
}

/**
 * Makes whatever is loaded as a whole (an entry, or what `import()` names) load every chunk of which it needs a part, so
 * that these chunks are not split.
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

/** The entries, what they share and what is loaded later, as ES modules. */
async function chunks(entryPoints) {
	const { outputFiles } = await build({
		...SOURCES,
		entryPoints: entryPoints.map((file) => ({ in: file, out: file.replace(/\.ts$/, '') })),
		chunkNames: 'chunks/[name]-[hash]',
		// Whatever is in a group stays in it, used or not.
		treeShaking: false,
		ignoreAnnotations: true,
		plugins: [together(await graph(entryPoints))],
	});
	// A chunk is imported for its names alone, as package.json says; a bundler would warn of any other import of it.
	const unnamed = /^import "\.{1,2}\/[^"]+";\n/gm;
	return outputFiles.map(({ path, text }) => ({ path: relative(ROOT, path), text: text.replace(unnamed, '') }));
}

/**
 * esbuild gives a class that mentions itself an inner name, `_PathNotFoundError`, and errors would be called by that. Its
 * own `keepNames` is a call for every function that is made, on hot paths too.
 */
function ownNames(text) {
	let named = text;
	for (const [, name, inner] of text.matchAll(/\bvar (\w+) = class (_\w+)/g))
		named = named.replaceAll(new RegExp(`(?<![.#$\\w])${inner}\\b`, 'g'), name);
	return named;
}

function write(folder, { path, text }) {
	const file = join(folder, path);
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, ownNames(text));
}

/** Bundles the entries into a folder as ES modules. */
export async function bundleEsm(entries, folder) {
	for (const file of await chunks(entries)) write(folder, file);
}

/**
 * The same as CommonJS. esbuild splits ES modules alone, so each of their chunks is turned into CommonJS: what is one
 * module there is one here, and `import()` stays what it is.
 */
export async function bundleCjs(entries, folder) {
	for (const { path, text } of await chunks(entries)) {
		const { code } = await transform(text, { ...COMMON, format: 'cjs', sourcefile: path });
		write(folder, { path, text: code });
	}
}
