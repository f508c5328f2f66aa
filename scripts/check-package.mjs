// `npm run package`: checks the package as users get it. It packs the package, installs the tarball into a project
// outside of the repository, and uses it there in every supported way.
//
//     npm run package -- --keep      does not delete the project
//     npm run package -- tsc legacy  only the checks whose names contain all of these words
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './fresh.mjs';
import { compilers } from './package/compilers.mjs';
import { contents } from './package/contents.mjs';
import { installs } from './package/installs.mjs';
import { loading } from './package/loading.mjs';
import { neighbours } from './package/neighbours.mjs';
import { installTarballs } from './package/project.mjs';
import { runners } from './package/runners.mjs';
import { types } from './package/types.mjs';
import { ways } from './package/ways.mjs';
import { pool } from './run.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const counts = { passed: 0, failed: 0 };

/** Runs one check, counts it and prints its result, with the figures that it returns. A check fails by throwing. */
async function report({ name, check }) {
	const start = performance.now();
	try {
		const found = await check();
		counts.passed++;
		const figures = typeof found === 'string' && found !== '' && !found.includes('\n') ? `: ${found}` : '';
		console.log(`ok      ${name}${figures} (${Math.round(performance.now() - start)} ms)`);
	} catch (error) {
		counts.failed++;
		console.log(`FAILED  ${name}\n${error.message.trimEnd().replace(/^/gm, '        ')}`);
	}
}

let project;
try {
	await report({
		name: 'both packages build, pack and install into an empty project',
		check: async () => {
			await build();
			project = await installTarballs();
		},
	});
	if (project) {
		const checks = [contents, installs, loading, ways, types, neighbours, runners, compilers].flatMap((checksOf) =>
			checksOf(project),
		);
		const chosen = checks.filter(({ name }) => words.every((word) => name.includes(word)));
		await pool(chosen.map((check) => () => report(check)));
	}
} finally {
	if (project && process.argv.includes('--keep')) console.log(`The project is kept in ${project.app}.`);
	else if (project) rmSync(project.folder, { recursive: true, force: true });
}

mkdirSync(join(ROOT, '.cache'), { recursive: true });
writeFileSync(join(ROOT, '.cache/package-check.json'), JSON.stringify(counts));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.failed > 0) process.exitCode = 1;
