import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { compiledTo } from './tsc-compile.mjs';

/**
 * A Jest transformer that compiles nothing. It returns the output of tsc, which `tsc-setup.mjs` wrote before the tests
 * began, so that the tests keep the paths and lines of their sources.
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
