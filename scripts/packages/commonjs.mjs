import { basename } from 'node:path';
import { transform } from 'esbuild';
import { write } from '../bundle.mjs';

/** The variable that stands for `import.meta.url` in a CommonJS file. */
const URL_OF_FILE = 'const __url = require("node:url").pathToFileURL(__filename).href;';

/**
 * Writes an ES module of a package as CommonJS. esbuild splits only ES modules into chunks, so each of them is converted on
 * its own.
 *
 * `import()` of a chunk becomes `require`: Jest, which compiles tests to CommonJS by default, supports no `import()`. `import()` of
 * a file of the application stays, since it may be an ES module.
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
	const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}`;
	const result = await transform(required.replace(/^\/\/# sourceMappingURL=.*$/m, inline), {
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
