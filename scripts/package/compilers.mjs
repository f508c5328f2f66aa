import { join } from 'node:path';
import swc from '@swc/core';
import esbuild from 'esbuild';
import { ROOT } from '../fresh.mjs';
import { must, TSC } from '../run.mjs';
import { EXPECTED, folderOf, prints, sources, write } from './project.mjs';

/** The decorator standards. */
const STANDARDS = ['legacy', 'tc39'];
const TSX = join(ROOT, 'node_modules/tsx/dist/cli.mjs');

/** Returns a consumer's tsconfig.json. `module` decides the module resolution too. */
function tsconfig(standard, module, more = {}) {
	const legacy = standard === 'legacy';
	const compilerOptions = {
		target: 'es2022',
		lib: ['es2023', 'esnext.decorators', 'esnext.disposable', 'dom'],
		module,
		moduleResolution: module === 'esnext' ? 'bundler' : module,
		strict: true,
		exactOptionalPropertyTypes: true,
		types: ['node'],
		experimentalDecorators: legacy,
		emitDecoratorMetadata: legacy,
		...more,
	};
	return JSON.stringify({ compilerOptions, files: ['soul.ts', 'main.ts'] });
}

/** Returns the check that tsc finds no type error in the consumer, and that its output runs. */
function tsc(app, standard, module, type) {
	const name = `tsc-${standard}-${module}-${type}`;
	const format = type === 'module' ? 'ESM' : 'CommonJS';
	return {
		name: `tsc, ${standard}, module ${module === 'esnext' ? 'esnext with bundler' : module}, ${format}: types and run`,
		async check() {
			const folder = folderOf(app, name, type);
			write(folder, 'tsconfig.json', tsconfig(standard, module, { outDir: 'out' }));
			await must('node', [TSC, '-p', folder, '--pretty', 'false'], { cwd: folder });
			await prints(EXPECTED, 'node', [join(folder, 'out/main.js')]);
		},
	};
}

/** Returns the check that the consumer runs after a compiler that compiles one file at a time. */
function single(app, name, type, compile) {
	return {
		name: `${name.replaceAll('-', ', ')}: run`,
		async check() {
			const folder = folderOf(app, name, type);
			for (const [file, text] of Object.entries(sources()))
				write(folder, `out/${file.replace(/\.ts$/, '.js')}`, (await compile(text)).code);
			await prints(EXPECTED, 'node', [join(folder, 'out/main.js')]);
		},
	};
}

/** Returns a function that compiles a text with swc. */
const swcWith = (standard, module) => (text) =>
	swc.transform(text, {
		swcrc: false,
		module: { type: module },
		jsc: {
			target: 'es2022',
			parser: { syntax: 'typescript', decorators: true },
			transform:
				standard === 'legacy' ? { legacyDecorator: true, decoratorMetadata: true } : { decoratorVersion: '2023-11' },
		},
	});

/** Returns a function that compiles a text with esbuild. */
const esbuildWith = (standard) => (text) =>
	esbuild.transform(text, {
		loader: 'ts',
		format: 'esm',
		target: 'es2022',
		tsconfigRaw: { compilerOptions: { experimentalDecorators: standard === 'legacy' } },
	});

/**
 * Returns the check that the consumer runs as one bundle, tree-shaken and minified. It fails if a file has side effects
 * that `sideEffects` in package.json does not list.
 */
function bundled(app, format) {
	return {
		name: `esbuild, one bundle, ${format}, minified: run`,
		async check() {
			const folder = folderOf(app, `bundle-${format}`, format === 'esm' ? 'module' : 'commonjs');
			const outfile = join(folder, 'out/main.js');
			// For the CommonJS dependencies in an ESM bundle, which call `require`.
			const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
			await esbuild.build({
				entryPoints: [join(folder, 'main.ts')],
				outfile,
				bundle: true,
				minify: true,
				platform: 'node',
				target: 'node22',
				format,
				logLevel: 'error',
				banner: format === 'esm' ? { js: banner } : {},
			});
			await prints(EXPECTED, 'node', [outfile]);
		},
	};
}

/** Returns the check that the consumer runs under tsx, which compiles on import. */
function tsx(app, standard) {
	return {
		name: `tsx, ${standard}: run`,
		async check() {
			const folder = folderOf(app, `tsx-${standard}`);
			write(folder, 'tsconfig.json', tsconfig(standard, 'nodenext'));
			await prints(EXPECTED, 'node', [TSX, join(folder, 'main.ts')], { cwd: folder });
		},
	};
}

/** Returns the checks that compile the consumer with each compiler and decorator standard, and run it. */
export function compilers({ app }) {
	return [
		...STANDARDS.flatMap((standard) => [
			tsc(app, standard, 'nodenext', 'module'),
			tsc(app, standard, 'nodenext', 'commonjs'),
			tsc(app, standard, 'node16', 'module'),
			tsc(app, standard, 'node16', 'commonjs'),
			tsc(app, standard, 'esnext', 'module'),
			single(app, `swc-${standard}`, 'module', swcWith(standard, 'es6')),
			single(app, `esbuild-${standard}`, 'module', esbuildWith(standard)),
			tsx(app, standard),
		]),
		single(app, 'swc-legacy-CommonJS', 'commonjs', swcWith('legacy', 'commonjs')),
		bundled(app, 'esm'),
		bundled(app, 'cjs'),
	];
}
