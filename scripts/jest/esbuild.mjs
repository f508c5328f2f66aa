import { createHash } from 'node:crypto';
import { transform, transformSync, version } from 'esbuild';

/** A Jest transformer that compiles with esbuild, as tsx and vite-node do. esbuild emits no `design:*` metadata. */
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
			process: (source, file, request) => transformSync(source, options(file, request)),
			processAsync: (source, file, request) => transform(source, options(file, request)),
		};
	},
};
