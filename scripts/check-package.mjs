// Checks the package as a user gets it: packs it, installs the tarball outside the tree, and works with that.
// `--keep` leaves the project for a look; other words choose the checks whose names hold them.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT } from './fresh.mjs';
import { compilers } from './package/compilers.mjs';
import { contents } from './package/contents.mjs';
import { loading } from './package/loading.mjs';
import { installTarball } from './package/project.mjs';
import { runners } from './package/runners.mjs';
import { pool } from './run.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const counts = { passed: 0, failed: 0 };

async function tell({ name, check }) {
	const start = performance.now();
	try {
		await check();
		counts.passed++;
		console.log(`ok      ${name} (${Math.round(performance.now() - start)} ms)`);
	} catch (error) {
		counts.failed++;
		console.log(`FAILED  ${name}\n${error.message.trimEnd().replace(/^/gm, '        ')}`);
	}
}

let project;
try {
	await tell({
		name: 'the package builds, packs and installs into an empty project',
		check: async () => {
			await build();
			project = await installTarball();
		},
	});
	if (project) {
		const checks = [contents, loading, runners, compilers].flatMap((checksOf) => checksOf(project));
		const chosen = checks.filter(({ name }) => words.every((word) => name.includes(word)));
		await pool(chosen.map((check) => () => tell(check)));
	}
} finally {
	if (project && process.argv.includes('--keep')) console.log(`The project is kept in ${project.app}.`);
	else if (project) rmSync(project.folder, { recursive: true, force: true });
}

mkdirSync(join(ROOT, '.cache'), { recursive: true });
writeFileSync(join(ROOT, '.cache/package-check.json'), JSON.stringify(counts));
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (counts.failed > 0) process.exitCode = 1;
