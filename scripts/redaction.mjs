// Generates the table of providers' keys from the lists in scripts/redaction/, and measures redaction: what it finds of
// a corpus of secrets, and what it hides of values that are none. The figures are written to docs/privacy.md.
//
//   npm run redaction              writes the table and the figures
//   npm run redaction -- --check   changes nothing; fails if they are out of date or a figure is below its limit
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './fresh.mjs';
import { faultsOf, figures } from './redaction/figures.mjs';
import { falsePositives, recall } from './redaction/measure.mjs';
import { LISTS, tableSource } from './redaction/table.mjs';

const TABLE = join(ROOT, 'lib/redaction/detectors/provider-keys.generated.ts');
const PAGE = join(ROOT, 'docs/privacy.md');
const MARKS = /(<!-- figures: npm run redaction -->\n\n)[\s\S]*?(\n\n<!-- end of figures -->)/;

const check = process.argv.includes('--check');
const faults = [];

/** Writes a file; with `--check` notes that it is out of date instead. */
function update(file, text) {
	if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === text) return;
	if (check) faults.push(`stale: ${file}. Run \`npm run redaction\`.`);
	else writeFileSync(file, text);
}

/** Imports the redactor from its sources. */
async function importRedactor() {
	const outfile = join(ROOT, '.cache', `redactor-${process.pid}.mjs`);
	mkdirSync(join(ROOT, '.cache'), { recursive: true });
	const entryPoints = [join(ROOT, 'lib/redaction/redactor.ts')];
	await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm' });
	try {
		return await import(pathToFileURL(outfile).href);
	} finally {
		rmSync(outfile);
	}
}

update(TABLE, tableSource());
const redactor = new (await importRedactor()).Redactor();
const redact = (text) => redactor.text(text);
const [kinds, harmless] = [recall(redact), falsePositives(redact)];
faults.push(...faultsOf(kinds, harmless));
const page = readFileSync(PAGE, 'utf8');
if (!MARKS.test(page)) throw new Error('docs/privacy.md must have a place for the figures: `<!-- figures: … -->`.');
update(
	PAGE,
	page.replace(MARKS, (_all, before, after) => `${before}${figures(kinds, harmless, LISTS)}${after}`),
);
for (const fault of faults) console.error(fault);
console.log(`${kinds.length} kinds of secrets, ${harmless.length} kinds of other values, ${faults.length} faults.`);
if (faults.length > 0) process.exitCode = 1;
