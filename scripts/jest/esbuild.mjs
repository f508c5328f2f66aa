import { createHash } from 'node:crypto';
import { transform, transformSync, version } from 'esbuild';

/** Jest's transformer for esbuild, which is also what tsx and vite-node compile with. It emits no `design:*` metadata. */
export default {
	createTransformer({ decorators, fields }) {
		const compilerOptions = {
			experimentalDecorators: decorators === 'legacy',
			useDefineForClassFields: fields === 'define',
			verbatimModuleSyntax: true,
		};
		const options = (file, { supportsStaticESM }) => ({
			loader: 'ts',
			format: supportsStaticESM ? 'esm' : 'cjs',
			target: 'es2022',
			sourcefile: file,
			sourcemap: 'inline',
			tsconfigRaw: { compilerOptions },
		});
		return {
			canInstrument: false,
			getCacheKey: (source, file, { supportsStaticESM }) =>
				createHash('sha256')
					.update([version, decorators, fields, file, supportsStaticESM, source].join('\0'))
					.digest('hex'),
			process: (source, file, how) => transformSync(source, options(file, how)),
			processAsync: (source, file, how) => transform(source, options(file, how)),
		};
	},
};
