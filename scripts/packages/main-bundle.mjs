// The second pass of the build: bundles what our own chunks import, OpenTelemetry's SDK first of all, into `agentese-otel`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { OUT, restoreClassNames, withoutUnnamedImports, write } from '../bundle.mjs';
import { ROOT } from '../fresh.mjs';
import { writeCommonJs } from './commonjs.mjs';
import { built, CORE, ENTRIES, entriesOf, MAIN } from './entries.mjs';
import { changeUpstream } from './upstream.mjs';

const MODULES = join(ROOT, 'node_modules');

/** What an entry of the core is imported as. A chunk of the core is imported by its path. */
function specifierInCore(file) {
	const entry = ENTRIES.find(({ of, name, source }) => of === CORE && name !== undefined && built(source) === file);
	return entry === undefined ? `${CORE}/internal/${file.replace(/\.js$/, '')}` : entry.name.replace(/^\./, CORE);
}

/**
 * Returns an esbuild plugin that leaves the core external, and Node's own modules. Everything else is bundled.
 *
 * @param coreFiles - the files of the core, below `dist/esm`
 */
const externals = (coreFiles) => ({
	name: 'externals',
	setup({ onResolve }) {
		onResolve({ filter: /^\./ }, ({ path, resolveDir, importer }) => {
			const file = relative(OUT, join(resolveDir, path));
			if (!importer.startsWith(OUT) || !coreFiles.has(file)) return undefined;
			return { path: specifierInCore(file), external: true, sideEffects: false };
		});
		onResolve({ filter: /^[^./]/ }, ({ path }) => {
			if (path.startsWith('node:')) return { path, external: true };
			// The core imports it: every copy of it replaces the metadata of another one.
			if (path === 'reflect-metadata') throw new Error(`${MAIN} imports reflect-metadata; only the core may.`);
			return undefined;
		});
	},
});

/** The names of all classes of our own code. */
function ownClasses() {
	const names = new Set();
	for (const file of readdirSync(OUT, { recursive: true }))
		if (file.endsWith('.js'))
			for (const [, name] of readFileSync(join(OUT, file), 'utf8').matchAll(/\bclass (\w+)/g)) names.add(name);
	return names;
}

/**
 * Names the sources of a map from the package's root: ours as they are in the repository, those of packages below
 * `node_modules`.
 *
 * @param file - the absolute path of the file that the map is of
 * @param path - its path below `dist/esm` of the package
 */
function nameSources(text, file, path) {
	const map = JSON.parse(text);
	const up = '../'.repeat(path.split('/').length + 1);
	map.sources = map.sources.map((source) => {
		const fromRoot = relative(ROOT, join(dirname(file), source));
		return `${up}${fromRoot.replace(/^.*node_modules\//, 'node_modules/')}`;
	});
	return JSON.stringify(map);
}

/**
 * Bundles `agentese-otel` into a folder, as ES modules and as CommonJS.
 *
 * @param coreFiles - the files of the core, below `dist/esm`
 * @returns esbuild's metafile, which names everything that is inside
 */
export async function bundleMain(coreFiles, folder) {
	const esmOnly = entriesOf(MAIN).filter(({ formats }) => formats === 'esm');
	const esm = join(folder, 'dist/esm');
	const { outputFiles, metafile } = await build({
		absWorkingDir: ROOT,
		entryPoints: entriesOf(MAIN).map(({ source }) => ({
			in: join(OUT, built(source)),
			out: source.replace(/\.ts$/, ''),
		})),
		outdir: esm,
		chunkNames: 'chunks/[name]-[hash]',
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: 'node22.18',
		conditions: ['import', 'node'],
		mainFields: ['module', 'main'],
		write: false,
		metafile: true,
		legalComments: 'none',
		sourcemap: 'linked',
		sourcesContent: false,
		logLevel: 'silent',
		plugins: [externals(coreFiles), changeUpstream(MODULES, join(OUT, 'sdk/api-registry/registry.js'))],
	});
	const classes = ownClasses();
	const texts = new Map(outputFiles.map(({ path, text }) => [relative(esm, path), text]));
	for (const [path, text] of texts) {
		if (path.endsWith('.map')) continue;
		const code = restoreClassNames(withoutUnnamedImports(text), (name) => classes.has(name));
		const map = nameSources(texts.get(`${path}.map`), join(esm, path), path);
		write(esm, path, code);
		write(esm, `${path}.map`, map);
		if (esmOnly.some(({ source }) => built(source) === path)) continue;
		await writeCommonJs(join(folder, 'dist/cjs'), path, code, map);
	}
	return metafile;
}
