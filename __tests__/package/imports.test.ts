import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../scripts/fresh.mjs';

const folders: string[] = [];

/** Runs the check over a house of these files, and answers the faults it names, each as far as its first full stop. */
async function faultsOf(files: Record<string, string>): Promise<string[]> {
	const house = mkdtempSync(join(tmpdir(), 'agentese-house-'));
	folders.push(house);
	const manifest = { name: 'house', type: 'module', dependencies: { zod: '4.0.0' } };
	for (const [name, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
		mkdirSync(dirname(join(house, name)), { recursive: true });
		writeFileSync(join(house, name), text);
	}
	const errors = await new Promise<string>((done) => {
		execFile(process.execPath, [join(ROOT, 'scripts/check-imports.mjs'), house], (_error, _out, err) => done(err));
	});
	return errors
		.split('\n')
		.filter(Boolean)
		.map((line) => line.split('. ')[0] ?? '');
}

afterEach(() => {
	for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('the check of imports', () => {
	it('has no fault to find in a house whose imports point down', async () => {
		const faults = await faultsOf({
			'index.ts': "export { Traced } from './decorators/traced.js';\n",
			'decorators/traced.ts': "import { weave } from '../lib/weaving/weave.js';\nexport const Traced = weave;\n",
			'lib/weaving/weave.ts': "import { sep } from 'node:path';\nexport const weave = sep;\n",
			'sdk/index.ts': "import { weave } from '../lib/weaving/weave.js';\nexport const start = weave;\n",
		});
		expect(faults).toEqual([]);
	});

	it('finds every arrow up, of values and of types', async () => {
		const faults = await faultsOf({
			'index.ts': "import { start } from './sdk/index.js';\nexport const a = start;\n",
			'decorators/traced.ts': "import { start } from '../sdk/index.js';\nexport const Traced = start;\n",
			'lib/types.ts': "import type { start } from '../sdk/index.js';\nexport type Start = typeof start;\n",
			'lib/lazy.ts': "export const lazy = () => import('../sdk/index.js');\n",
			'lib/again.ts': "export type { start } from '../sdk/index.js';\n",
			'lib/inline.ts': "export type Start = typeof import('../sdk/index.js').start;\n",
			'sdk/index.ts': 'export const start = 1;\n',
			'delivery/up.ts': "import { start } from '../sdk/index.js';\nexport const up = start;\n",
			'presets/up.ts': "import { start } from '../sdk/index.js';\nexport const up = start;\n",
			'config/up.ts': "import { start } from '../sdk/index.js';\nexport const up = start;\n",
			'sdk/up.ts': "import { Traced } from '../decorators/traced.js';\nexport const up = Traced;\n",
			'examples/up.ts': "import { lazy } from '../lib/lazy.js';\nlazy();\n",
		});
		expect(faults).toEqual([
			'config-imports: config/up.ts → sdk/index.ts',
			'decorators-imports: decorators/traced.ts → sdk/index.ts',
			'delivery-imports: delivery/up.ts → sdk/index.ts',
			'examples-imports: examples/up.ts → lib/lazy.ts',
			'index-imports: index.ts → sdk/index.ts',
			'inline-import-type: lib/inline.ts → ../sdk/index.js',
			'lib-imports: lib/again.ts → sdk/index.ts',
			'lib-imports: lib/lazy.ts → sdk/index.ts',
			'lib-imports: lib/types.ts → sdk/index.ts',
			'presets-imports: presets/up.ts → sdk/index.ts',
			'sdk-imports: sdk/up.ts → decorators/traced.ts',
		]);
	});

	it('finds a cycle, also one of types alone', async () => {
		const faults = await faultsOf({
			'lib/a.ts': "import type { B } from './b.js';\nexport type A = B | 1;\n",
			'lib/b.ts': "import type { A } from './a.js';\nexport type B = A | 1;\n",
		});
		expect(faults).toEqual(['no-cycle: lib/a.ts → lib/b.ts → lib/a.ts']);
	});

	it('lets the engine import no package, and a decorator not even what Node brings', async () => {
		const faults = await faultsOf({
			'lib/a.ts': "import { z } from 'zod';\nexport const a = z;\n",
			'decorators/b.ts': "import { sep } from 'node:path';\nexport const b = sep;\n",
		});
		expect(
			faults.map((fault) => fault.replace(/ → .*(zod|path).*/, ' → $1')).filter((f) => !f.startsWith('nothing')),
		).toEqual(['decorators-imports: decorators/b.ts → path', 'lib-imports: lib/a.ts → zod']);
	});

	it('finds an import for its side effect, which a bundler would drop', async () => {
		const faults = await faultsOf({ 'lib/a.ts': "import './b.js';\n", 'lib/b.ts': 'export const b = 1;\n' });
		expect(faults).toEqual(['bare-import: lib/a.ts → ./b.js']);
	});

	it('finds an arrow up between the folders of a floor table, and one to a neighbour of the same floor', async () => {
		const faults = await faultsOf({
			'lib/runtime/a.ts': "import { b } from '../weaving/b.js';\nexport const a = b;\n",
			'lib/weaving/b.ts': 'export const b = 1;\n',
			'lib/redaction/c.ts': "import { d } from '../settling/d.js';\nexport const c = d;\n",
			'lib/settling/d.ts': 'export const d = 1;\n',
			'lib/logos/e.ts': "import { b } from '../weaving/b.js';\nexport const e = b;\n",
		});
		expect(faults).toEqual([
			'floors: lib/redaction/c.ts → lib/settling/d.ts',
			'floors: lib/runtime/a.ts → lib/weaving/b.ts',
		]);
	});

	it('lets the files of a folder import its sub-folders, and not the reverse', async () => {
		const faults = await faultsOf({
			'delivery/pipeline.ts': "import { a } from './journal/a.js';\nexport const pipeline = a;\n",
			'delivery/journal/a.ts': 'export const a = 1;\n',
			'delivery/journal/b.ts': "import { up } from '../up.js';\nexport const b = up;\n",
			'delivery/up.ts': 'export const up = 1;\n',
		});
		expect(faults).toEqual(['inside: delivery/journal/b.ts → delivery/up.ts']);
	});

	it('counts the entries of each folder, and the files beside sub-folders, and knows each sub-folder', async () => {
		const files = (folder: string, count: number) =>
			Object.fromEntries(
				Array.from({ length: count }, (_, at) => [`${folder}/f${at}.ts`, `export const f = ${at};\n`]),
			);
		const faults = await faultsOf({
			...files('lib/runtime', 16),
			...files('lib/weaving', 15),
			...files('cli', 6),
			...files('cli/flush', 1),
			...files('sdk', 5),
			...files('sdk/spans', 1),
			...files('sdk/stray', 1),
		});
		expect(faults).toEqual([
			'entries: lib/runtime/ holds 16 entries',
			'loose-files: cli/ holds 6 files beside its sub-folders',
			'no-floor: sdk/stray/',
		]);
	});
});
