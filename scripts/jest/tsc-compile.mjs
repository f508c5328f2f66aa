import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SHIPPED, unlessFresh } from '../fresh.mjs';
import { must, TSC } from '../run.mjs';

/** Returns the folder of tsc's output for a decorator standard and a kind of class fields. */
export function compiledTo(decorators, fields) {
	return join(ROOT, '.cache', `tsc-${decorators}-${fields}`);
}

/**
 * Compiles the contract suite and the sources with tsc, unless they did not change. It checks no types: `npm run types`
 * does.
 *
 * @param decorators - 'legacy' or 'tc39'
 * @param fields - 'define' or 'assign'
 */
export async function compileContract(decorators, fields) {
	const out = compiledTo(decorators, fields);
	const inputs = [...SHIPPED, '__tests__', 'tsconfig.json', 'package-lock.json', 'scripts/jest/tsc-compile.mjs'];
	await unlessFresh(`tsc-${decorators}-${fields}`, inputs, out, async () => {
		rmSync(out, { recursive: true, force: true });
		const legacy = decorators === 'legacy';
		const compilerOptions = {
			noEmit: false,
			noCheck: true,
			declaration: false,
			rootDir: ROOT,
			outDir: out,
			inlineSourceMap: true,
			inlineSources: true,
			experimentalDecorators: legacy,
			emitDecoratorMetadata: legacy,
			useDefineForClassFields: fields === 'define',
			allowImportingTsExtensions: false,
		};
		const other = legacy ? 'tc39' : 'legacy';
		const config = {
			extends: join(ROOT, 'tsconfig.json'),
			compilerOptions,
			include: [join(ROOT, '__tests__/*.d.ts'), join(ROOT, '__tests__/contract/**/*.ts')],
			exclude: [join(ROOT, `__tests__/contract/**/*.${other}.*`)],
		};
		mkdirSync(join(ROOT, '.cache'), { recursive: true });
		const file = `${out}.tsconfig.json`;
		writeFileSync(file, `${JSON.stringify(config, null, '\t')}\n`);
		await must('node', [TSC, '-p', file]);
	});
}
