// Measures what the tests notice: changes one place of the sources at random, runs the tests of that file's own folder and
// the contract suite, and counts how many of these mutants make a test fail.
//
//   npm run mutants                                   250 mutants of the whole package, half an hour
//   npm run mutants -- --count=40 delivery lib/usage  40 mutants of two folders
//   npm run mutants -- --seed=7                       another sample
//
// A mutant that survives is printed with its place: either a test is missing, or the change changes nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { filesBelow, ROOT, SHIPPED } from './fresh.mjs';
import { House, runsFor } from './mutants/house.mjs';
import { mutate, mutationsOf } from './mutants/mutations.mjs';
import { sample } from './mutants/sample.mjs';
import { pool } from './run.mjs';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		count: { type: 'string', default: '250' },
		seed: { type: 'string', default: '1' },
		jobs: { type: 'string', default: '2' },
	},
});
const count = Number(values.count);
const jobs = Number(values.jobs);
const folders = positionals.length > 0 ? positionals : SHIPPED;

const files = filesBelow(folders).filter((file) => file.endsWith('.ts') && !/generated|\.d\.ts$/.test(file));
if (files.length === 0) {
	console.error(`There is no source file below ${folders.join(', ')}. Name folders as paths from the root: lib/usage.`);
	process.exit(1);
}
const texts = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
const all = files.flatMap((file) => mutationsOf(texts.get(file)).map((mutation) => ({ file, ...mutation })));
const chosen = sample(all, count, Number(values.seed));
console.log(`${chosen.length} of ${all.length} mutants in ${files.length} files, seed ${values.seed}.`);

const houses = Array.from({ length: jobs }, (_, number) => new House(number));
const free = [...houses];

/** Whether each run passes unchanged: one that fails would kill every mutant. */
const sound = new Map();
const isSound = async (house, run) => {
	if (!sound.has(run.name)) sound.set(run.name, await house.passes(run));
	return sound.get(run.name);
};

/** Returns the outcome of a mutant that is written to the house: `killed`, `survived`, or `untested` if no run is sound. */
async function outcomeIn(house, file, text, mutated) {
	let tested = false;
	for (const run of runsFor(file)) {
		if (!(await isSound(house, run))) continue;
		tested = true;
		house.write(file, mutated);
		const passed = await house.passes(run);
		house.write(file, text);
		if (!passed) return 'killed';
	}
	return tested ? 'survived' : 'untested';
}

const results = await pool(
	chosen.map((mutant) => async () => {
		const house = free.pop();
		const text = texts.get(mutant.file);
		try {
			const outcome = await outcomeIn(house, mutant.file, text, mutate(text, mutant));
			if (outcome === 'survived') console.log(describe(mutant, text));
			return { ...mutant, outcome };
		} finally {
			free.push(house);
		}
	}),
	jobs,
);
for (const house of houses) house.remove();

/** `lib/usage/token-readers.ts:40 boundary: < becomes <=`. */
function describe({ file, kind, start, end, text: replacement }, text) {
	const line = text.slice(0, start).split('\n').length;
	const short = (part) => part.replace(/\s+/g, ' ').slice(0, 60);
	return `survived: ${file}:${line} ${kind}: ${short(text.slice(start, end))} becomes ${short(replacement)}`;
}

/** The folder that a file is counted under: two steps of its path, or what there is. */
const folderOf = (file) => file.split('/').slice(0, -1).slice(0, 2).join('/') || file;

const rows = new Map();
for (const { file, outcome } of results) {
	const folder = folderOf(file);
	if (!rows.has(folder)) rows.set(folder, { killed: 0, survived: 0, untested: 0 });
	rows.get(folder)[outcome] += 1;
}
const sum = (key) => results.filter(({ outcome }) => outcome === key).length;
for (const [folder, { killed, survived, untested }] of [...rows].sort())
	console.log(
		`${folder.padEnd(24)} ${killed} of ${killed + survived + untested}${untested > 0 ? `, ${untested} without a test that passes` : ''}`,
	);
console.log(
	`${sum('killed')} of ${results.length} killed, ${sum('survived')} survived, ${sum('untested')} without a test.`,
);
