// Makes the two packages that are published, each a complete folder, from what scripts/bundle.mjs has built.
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { OUT, write } from '../bundle.mjs';
import { ROOT } from '../fresh.mjs';
import { billOf, bundledPackages, licencesOf } from './bundled.mjs';
import { writeCommonJs } from './commonjs.mjs';
import { built, CORE, entriesOf, MAIN } from './entries.mjs';
import { bundleMain } from './main-bundle.mjs';
import { coreManifest, mainManifest } from './manifest.mjs';
import { writePages } from './pages.mjs';
import { rollTypes } from './roll-types.mjs';

/** The folder of a package. */
export const folderOf = (name) => join(ROOT, 'dist/packages', name);

/** The sources that belong to the core, as paths from the root. */
const CORE_SOURCES = /^(lib|decorators)\/|^(index|extend-core)\.ts$/;

/** The marker of a package.json that makes Node and compilers read the `.js` files below it as CommonJS. */
const COMMONJS = `${JSON.stringify({ type: 'commonjs' })}\n`;

const writeJson = (folder, name, value) => write(folder, name, `${JSON.stringify(value, undefined, '\t')}\n`);

/**
 * Returns the files of the core, below `dist/esm`: its entries, and what they import.
 *
 * @param outputs - of the metafile of the first pass
 * @throws Error if one of them contains a source of another folder than `lib/` and `decorators/`, or imports a package that the core
 *   does not depend on
 */
function coreFiles(outputs) {
	const name = (path) => relative(OUT, join(ROOT, path));
	const byName = new Map(Object.entries(outputs).map(([path, output]) => [name(path), output]));
	const found = new Set();
	const visit = (file) => {
		if (found.has(file)) return;
		found.add(file);
		const { inputs, imports } = byName.get(file);
		const other = Object.keys(inputs).find((source) => !/^(group|whole):/.test(source) && !CORE_SOURCES.test(source));
		if (other !== undefined) throw new Error(`${CORE} would contain ${other}, which is not in lib/ or decorators/.`);
		for (const { path, external } of imports) {
			if (!external) visit(name(path));
			else if (!/^(node:|@opentelemetry\/api$|reflect-metadata$)/.test(path))
				throw new Error(`${CORE} would import ${path}, which it does not depend on.`);
		}
	};
	for (const { source } of entriesOf(CORE)) visit(built(source));
	return found;
}

/** Writes the types of a package's entries, one file each, for ES modules and for CommonJS. */
function writeTypes(name, folder) {
	for (const { source, name: entry, formats, more } of entriesOf(name)) {
		if (entry === undefined) continue;
		const file = built(source, 'd.ts');
		const target = join(folder, 'dist/esm', file);
		mkdirSync(dirname(target), { recursive: true });
		rollTypes(join(OUT, file), target);
		const rolled = readFileSync(target, 'utf8') + (more === undefined ? '' : readFileSync(join(ROOT, more), 'utf8'));
		// Compilers have the types of `using` only if a project asks for them.
		const text = /\b(Async)?Disposable\b/.test(rolled)
			? `/// <reference lib="esnext.disposable" />\n${rolled}`
			: rolled;
		write(join(folder, 'dist/esm'), file, text);
		if (formats === 'both') write(join(folder, 'dist/cjs'), file, text);
	}
}

/** Writes `agentese-otel-core`. */
async function writeCore(files) {
	const folder = folderOf(CORE);
	for (const file of files) {
		const [code, map] = [file, `${file}.map`].map((name) => readFileSync(join(OUT, name), 'utf8'));
		write(join(folder, 'dist/esm'), file, code);
		write(join(folder, 'dist/esm'), `${file}.map`, map);
		await writeCommonJs(join(folder, 'dist/cjs'), file, code, map);
	}
	writeTypes(CORE, folder);
	write(folder, 'dist/cjs/package.json', COMMONJS);
	writeJson(folder, 'package.json', coreManifest());
	writePages(folder, 'scripts/packages/core-readme.md');
}

/** The CommonJS form of the re-exports of names, which Node's lexer finds when an ES module imports it. */
function requireOf(names) {
	const getters = names.map((name) => `\t${name}: { enumerable: true, get: () => core.${name} },\n`);
	const exported = names.map((name) => `exports.${name} = `).join('');
	return `"use strict";\n${exported}void 0;\nconst core = require("${CORE}");\nObject.defineProperties(exports, {\n${getters.join('')}});\n`;
}

/** The names that a rolled declaration file exports, types included. */
function exportedTypes(file) {
	const text = readFileSync(file, 'utf8');
	const declared = [
		...text.matchAll(/^export declare (?:abstract )?(?:class|const|function|interface|type|enum) (\w+)/gm),
	];
	const lists = [...text.matchAll(/^export \{([^}]*)\}/gm)].flatMap(([, list]) =>
		list.split(',').map((name) => name.trim().split(' ').at(-1)),
	);
	return [...new Set([...declared.map(([, name]) => name), ...lists.filter(Boolean)])].sort();
}

/** Writes `agentese-otel`. */
async function writeMain(files, names) {
	const folder = folderOf(MAIN);
	const packages = bundledPackages(await bundleMain(files, folder));
	write(folder, 'THIRD-PARTY-LICENSES.txt', licencesOf(packages));
	writeJson(folder, 'sbom.cdx.json', billOf(packages, mainManifest().version));
	write(join(folder, 'dist/esm'), 'index.js', `export { ${names.join(', ')} } from "${CORE}";\n`);
	write(join(folder, 'dist/cjs'), 'index.js', requireOf(names));
	writeTypes(MAIN, folder);
	const types = `export { ${exportedTypes(join(folderOf(CORE), 'dist/esm/index.d.ts')).join(', ')} } from '${CORE}';\n`;
	for (const format of ['esm', 'cjs']) write(join(folder, 'dist', format), 'index.d.ts', types);
	write(folder, 'dist/cjs/package.json', COMMONJS);
	writeJson(folder, 'package.json', mainManifest());
	writePages(folder, 'README.md');
	for (const path of ['config/schema.json', 'model']) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
}

/**
 * Makes both packages in `dist/packages`.
 *
 * @param metafile - of the first pass
 */
export async function makePackages({ outputs }) {
	rmSync(join(ROOT, 'dist/packages'), { recursive: true, force: true });
	const files = coreFiles(outputs);
	const index = Object.entries(outputs).find(([path]) => join(ROOT, path) === join(OUT, 'index.js'));
	await writeCore(files);
	await writeMain(files, index[1].exports);
	// Lets the packages be used where they are: agentese-otel finds the core there.
	const link = join(ROOT, 'dist/node_modules', CORE);
	mkdirSync(dirname(link), { recursive: true });
	rmSync(link, { force: true });
	symlinkSync(relative(dirname(link), folderOf(CORE)), link);
}
