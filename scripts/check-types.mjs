// Checks the types: of what ships, then of tests, examples, benchmarks and the pages' fences in both decorator standards.

import { writeFences } from './fences.mjs';
import { ROOT } from './fresh.mjs';
import { pool, run, TSC } from './run.mjs';

/** Files of one standard alone. A program of the other meets them through imports, and is no judge of them. */
const LEGACY = /\.legacy\.|\/legacy\//;
const TC39 = /\.tc39\./;

const PROGRAMS = [
	{ project: 'tsconfig.json', judges: () => true },
	{ project: 'tsconfig.tc39.json', judges: (file) => !LEGACY.test(file) },
	{ project: 'tsconfig.legacy.json', judges: (file) => !TC39.test(file) },
];

/** The errors of a program, each with the lines that belong to it, less those in files it is no judge of. */
function errorsOf(output, judges) {
	const errors = output.split(/\n(?=\S)/).filter((text) => text.trim() !== '');
	return errors.filter((text) => judges(/^([^(]+)\(\d+,\d+\): /.exec(text)?.[1] ?? ''));
}

writeFences();
const results = await pool(
	PROGRAMS.map(({ project, judges }) => async () => {
		const { code, output } = await run('node', [TSC, '-p', project, '--pretty', 'false']);
		const errors = errorsOf(output, judges);
		if (code > 2) errors.push(`tsc ended with ${code}.`);
		return errors;
	}),
);
const errors = new Set(results.flat().map((text) => text.trimEnd()));
if (errors.size > 0) {
	console.error([...errors].join('\n'));
	console.error(`${errors.size} type errors below ${ROOT}.`);
	process.exitCode = 1;
}
