// Checks the doc comments of everything that the entries export: `npm run comments`. The rules are mechanical, and listed in
// CONTRIBUTING.md. Each fault is one line with the place, the name and the rule.

import { exportsOf, programOf } from './comments/public-names.mjs';
import { entryFaults, faultsOf } from './comments/rules.mjs';
import { publicEntries } from './entries.mjs';

const entries = publicEntries();
const program = programOf(entries.map(({ source }) => source));
const seen = new Set();
let faults = 0;
let names = 0;
for (const { specifier, source } of entries) {
	const exported = exportsOf(program, source);
	names += exported.length;
	if (exported.length === 0) {
		console.error(`${specifier} exports nothing.`);
		faults++;
	}
	for (const fault of [...entryFaults(program, source), ...faultsOf(program, exported, seen)]) {
		console.error(fault);
		faults++;
	}
}
console.log(`${names} names of ${entries.length} entries, ${faults} faults.`);
if (faults > 0 || names === 0) process.exitCode = 1;
