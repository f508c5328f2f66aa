// Writes what is made from the config's zod schema: config/schema.json for editors, the table in docs/configuration.md,
// and the keys that are read without zod. A test says when they are not fresh.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './fresh.mjs';
import { must } from './run.mjs';

const PAGE = join(ROOT, 'docs/configuration.md');
const KEYS = join(ROOT, 'config/fast-check/keys.generated.ts');
const OUT = join(ROOT, '.cache/make-schema.mjs');

mkdirSync(join(ROOT, '.cache'), { recursive: true });
await build({
	stdin: {
		contents: ['json-schema', 'docs-table', 'fast-check-keys']
			.map((name) => `export * from './${name}.js';`)
			.join('\n'),
		resolveDir: join(ROOT, 'config/generate'),
		loader: 'ts',
	},
	outfile: OUT,
	bundle: true,
	packages: 'external',
	platform: 'node',
	format: 'esm',
});
const { configJsonSchema, configTable, plainKeys } = await import(pathToFileURL(OUT).href);
rmSync(OUT);
writeFileSync(join(ROOT, 'config/schema.json'), `${JSON.stringify(configJsonSchema(), null, '\t')}\n`);
const types = readFileSync(KEYS, 'utf8').split('/** Made by')[0];
const says = '/** Made by `node scripts/make-schema.mjs`: the path of a key, and what its value has to be. */';
writeFileSync(
	KEYS,
	`${types}${says}\nexport const PLAIN_KEYS: Readonly<Record<string, Plain>> = ${JSON.stringify(plainKeys())};\n`,
);
await must('npx', ['biome', 'format', '--write', 'config/schema.json', 'config/fast-check/keys.generated.ts']);
const page = readFileSync(PAGE, 'utf8');
const table = /(<!-- keys: node scripts\/make-schema\.mjs -->\n\n)[\s\S]*?(\n\n<!-- end of keys -->)/;
if (!table.test(page)) throw new Error('docs/configuration.md has no place for the table of keys.');
writeFileSync(
	PAGE,
	page.replace(table, (_all, before, after) => `${before}${configTable()}${after}`),
);
