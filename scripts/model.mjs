// `npm run model`: generates from the model in model/ the constants of names, the tables of docs/telemetry.md and the
// file of its schema. `-- --check` changes nothing: it checks that they are up to date, that the names follow
// OpenTelemetry's rules, and that the garden of examples/ writes nothing that the model does not have.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './fresh.mjs';
import { gardenTelemetry } from './model/garden.mjs';
import { generatedFiles } from './model/generate.mjs';
import { compare } from './model/observed.mjs';
import { readModel } from './model/read.mjs';
import { ruleFaults } from './model/rules.mjs';

/** Imports a TypeScript source file without dependencies. */
async function importSource(file) {
	const outfile = join(ROOT, '.cache', `${file.replaceAll('/', '-')}.mjs`);
	await build({ absWorkingDir: ROOT, entryPoints: [file], outfile, platform: 'node', format: 'esm' });
	try {
		return await import(pathToFileURL(outfile).href);
	} finally {
		rmSync(outfile);
	}
}

const model = readModel();
const faults = ruleFaults(model);
const { prometheusName } = await importSource('presets/prometheus/metric-names.ts');
const read = (file) => (existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8') : '');
const files = faults.length > 0 ? {} : generatedFiles(model, { read, prometheusName });

if (process.argv.includes('--check')) {
	for (const [file, text] of Object.entries(files))
		if (read(file) !== text) faults.push(`stale: ${file}. Run \`npm run model\`.`);
	try {
		const observed = compare(model, await gardenTelemetry());
		faults.push(...observed.faults);
		for (const [kind, names] of Object.entries(observed.unseen))
			if (names.length > 0) console.log(`The garden does not write these ${kind}: ${names.join(', ')}.`);
	} catch (error) {
		faults.push(`garden: it could not be run. ${error.message}`);
	}
} else {
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(dirname(join(ROOT, file)), { recursive: true });
		if (read(file) !== text) writeFileSync(join(ROOT, file), text);
	}
}
for (const fault of faults) console.error(fault);
console.log(
	`${model.attributes.size} attributes, ${model.metrics.size} metrics, ${model.spans.size} spans, ${faults.length} faults.`,
);
if (faults.length > 0) process.exitCode = 1;
