// `npm start`: builds the package and the garden if their sources changed, then runs the garden.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { compileFolder } from './build-garden.mjs';
import { ROOT } from './fresh.mjs';

try {
	await Promise.all([build(), compileFolder('examples/garden')]);
} catch (error) {
	console.error(error.message);
	process.exit(1);
}
const main = join(ROOT, 'dist/examples/garden/main.js');
const { status } = spawnSync(process.execPath, ['--enable-source-maps', main, ...process.argv.slice(2)], {
	stdio: 'inherit',
});
process.exitCode = status ?? 1;
