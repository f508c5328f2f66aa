import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { compiledTo } from './tsc-compile.mjs';

/**
 * Jest's transformer that compiles nothing: it answers what tsc made of the file before the tests began, which
 * `tsc-setup.mjs` sees to. So the tests keep their own paths and lines.
 */
export default {
	createTransformer({ decorators, fields }) {
		const compiled = (file) => {
			const output = join(compiledTo(decorators, fields), relative(ROOT, file).replace(/\.ts$/, '.js'));
			return readFileSync(output, 'utf8');
		};
		const process = (_source, file) => ({ code: compiled(file) });
		return {
			canInstrument: false,
			getCacheKey: (_source, file) =>
				createHash('sha256')
					.update(`tsc\0${file}\0${compiled(file)}`)
					.digest('hex'),
			process,
			processAsync: async (source, file) => process(source, file),
		};
	},
};
