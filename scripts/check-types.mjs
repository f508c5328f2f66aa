// `npm run types`: checks the types of the sources, then of tests, examples and the fences of the documentation in both
// decorator standards.

import { writeFences } from './fences.mjs';
import { ROOT } from './fresh.mjs';
import { pool, run, TSC } from './run.mjs';

/**
 * Files of one decorator standard. The other standard's program includes them by imports; its errors there do not
 * count.
 */
const LEGACY = /\.legacy\.|\/legacy\//;
const TC39 = /\.tc39\./;

/** The tsconfig files, and for each whether an error in a file counts. */
const PROGRAMS = [
	{ project: 'tsconfig.json', counts: () => true },
	{ project: 'tsconfig.tc39.json', counts: (file) => !LEGACY.test(file) },
	{ project: 'tsconfig.legacy.json', counts: (file) => !TC39.test(file) },
];

/** Returns the errors of tsc's output that count, each with the lines that continue it. */
function errorsOf(output, counts) {
	const errors = output.split(/\n(?=\S)/).filter((text) => text.trim() !== '');
	return errors.filter((text) => counts(/^([^(]+)\(\d+,\d+\): /.exec(text)?.[1] ?? ''));
}

writeFences();
const results = await pool(
	PROGRAMS.map(({ project, counts }) => async () => {
		const { code, output } = await run('node', [TSC, '-p', project, '--pretty', 'false']);
		const errors = errorsOf(output, counts);
		// 1 and 2 mean type errors; a higher code, that tsc itself failed.
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
