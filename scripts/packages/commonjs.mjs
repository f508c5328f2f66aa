import { basename } from 'node:path';
import { transform } from 'esbuild';
import { write } from '../bundle.mjs';

/** The variable that stands for `import.meta.url` in a CommonJS file. */
const URL_OF_FILE = 'const __url = require("node:url").pathToFileURL(__filename).href;';

/** Imports a file of the application. Jest requires it, and compiles its TypeScript as the project is configured to. */
const IMPORT_FILE = `
function importFile(url) {
	return import(url).catch((error) => {
		if (error?.code !== 'ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING_FLAG') throw error;
		const exported = require(require('node:url').fileURLToPath(url));
		return exported?.__esModule ? exported : { ...exported, default: exported };
	});
}
`;

/**
 * Writes an ES module of a package as CommonJS. esbuild splits only ES modules into chunks, so each of them is converted on
 * its own.
 *
 * `import()` of a chunk becomes `require`: Jest, which compiles tests to CommonJS by default, supports no `import()`. A file of
 * the application may be an ES module, so it is required only if `import()` is refused for that reason.
 *
 * @param folder - where it is written, with its source map
 * @param path - its path below that folder
 * @param text - the ES module
 * @param map - its source map
 */
export async function writeCommonJs(folder, path, text, map) {
	const usesUrl = text.includes('import.meta.url');
	const required = text.replace(/\bimport\("([^"]+)"\)/g, (all, name) =>
		name.startsWith('.') ? `Promise.resolve().then(() => require("${name}"))` : all,
	);
	const computed = /\bimport\((?!")/g;
	const loadsFiles = computed.test(required);
	const code = loadsFiles ? `${required.replace(computed, 'importFile(')}${IMPORT_FILE}` : required;
	const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
	const result = await transform(code.replace(/^\/\/# sourceMappingURL=.*$/m, inline), {
		format: 'cjs',
		platform: 'node',
		target: 'node22.18',
		// A name without folders: the sources of the given map are relative to it.
		sourcefile: basename(path),
		sourcemap: 'external',
		sourcesContent: false,
		...(usesUrl && { banner: URL_OF_FILE, define: { 'import.meta.url': '__url' } }),
	});
	write(folder, path, `${result.code}//# sourceMappingURL=${basename(path)}.map\n`);
	write(folder, `${path}.map`, result.map);
}
