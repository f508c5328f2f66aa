// Checks that imports point down the house's floors with no cycle, and that no folder holds too many entries. An argument
// names another root: the tests of this check bring a house of their own.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { entryFaults } from './check-entries.mjs';
import { ROOT, SHIPPED } from './fresh.mjs';

const FOLDERS = [...SHIPPED, 'examples', 'bench'];

const root = resolve(process.argv[2] ?? ROOT);
const { options, floors, ...ruleSet } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
process.chdir(root);
const { output } = await cruise(
	FOLDERS.filter((folder) => existsSync(folder)),
	{ ...options, ruleSet, validate: true },
);

const isShipped = (file) => SHIPPED.some((one) => file === one || file.startsWith(`${one}/`));
const rules = new Map(ruleSet.forbidden.map((rule) => [rule.name, rule]));
const faults = output.summary.violations.map(({ rule, from, to, cycle, comment }) => {
	const path = cycle ? [from, ...cycle.map(({ name }) => name)] : [from, to];
	return `${rule.name}: ${path.join(' → ')}. ${comment ?? rules.get(rule.name).comment}`;
});

for (const { source, dependencies } of output.modules) {
	if (!isShipped(source)) continue;
	const text = readFileSync(join(root, source), 'utf8');
	const seen = dependencies.filter(({ dynamic }) => dynamic).map(({ module }) => module);
	for (const [, , module] of text.matchAll(/\bimport\((['"])(\.[^'"]*)\1\)/g)) {
		if (seen.includes(module)) continue;
		faults.push(`inline-import-type: ${source} → ${module}. The check cannot follow it: write an import statement.`);
	}
	for (const [, module] of text.matchAll(/^import\s+['"](\.[^'"]*)['"]/gm)) {
		faults.push(
			`bare-import: ${source} → ${module}. package.json says that files have no side effects: import a name and use it.`,
		);
	}
}

faults.push(...entryFaults(output.modules.map(({ source }) => source).filter(isShipped), floors));
for (const fault of faults.sort()) console.error(fault);
console.log(`${output.modules.length} modules, ${faults.length} faults.`);
if (faults.length > 0 || output.modules.length === 0) process.exitCode = 1;
