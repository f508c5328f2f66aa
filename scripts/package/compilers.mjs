import { join } from 'node:path';
import swc from '@swc/core';
import esbuild from 'esbuild';
import { ROOT } from '../fresh.mjs';
import { must, TSC } from '../run.mjs';
import { EXPECTED, folderOf, prints, sources, write } from './project.mjs';

const STANDARDS = ['legacy', 'tc39'];
const TSX = join(ROOT, 'node_modules/tsx/dist/cli.mjs');

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

/** tsc: the types hold under every resolution, and what comes out runs. */
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

/** A compiler that turns one file's text into another's. */
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

const esbuildWith = (standard) => (text) =>
	esbuild.transform(text, {
		loader: 'ts',
		format: 'esm',
		target: 'es2022',
		tsconfigRaw: { compilerOptions: { experimentalDecorators: standard === 'legacy' } },
	});

/** Everything in one file, tree-shaken and minified: what `sideEffects` in package.json promises must hold. */
function bundled(app, format) {
	return {
		name: `esbuild, one bundle, ${format}, minified: run`,
		async check() {
			const folder = folderOf(app, `bundle-${format}`, format === 'esm' ? 'module' : 'commonjs');
			const outfile = join(folder, 'out/main.js');
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

/** tsx, which compiles while it runs. */
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

/** The consumer, compiled by everything that compiles decorators, then run. */
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
