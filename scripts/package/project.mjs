import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../fresh.mjs';
import { must, run } from '../run.mjs';

/** The folder of a small application that uses the package. */
const CONSUMER = join(ROOT, '__tests__/package/consumer');

/** What the consumer prints, whichever compiler and runtime it has. */
export const EXPECTED = 'none, REJECT, agentese.invoke self.soul.challenge kent REJECT ok, counted 1';

/** Returns the consumer's sources by file name. */
export function sources() {
	return Object.fromEntries(readdirSync(CONSUMER).map((name) => [name, readFileSync(join(CONSUMER, name), 'utf8')]));
}

/**
 * Packs the package, and installs the tarball into an empty project in a temporary folder. vitest is installed there
 * too, because it must be in the same node_modules as what it tests.
 *
 * @returns `folder`, the temporary folder; `app`, the project; `tarball`, its path; `files`, those in the tarball;
 * `size` of
 *   the tarball in bytes
 */
export async function installTarball() {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentese-package-')));
	const app = join(folder, 'app');
	mkdirSync(app);
	const packed = await must('npm', ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', folder]);
	// Lines may precede the JSON, which is an array or an object, depending on npm's version.
	const result = JSON.parse(packed.slice(packed.search(/^[[{]/m)));
	const [{ filename, files, size }] = Object.values(result);
	const tarball = join(folder, filename);
	write(app, 'package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
	const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
	await must('npm', ['install', ...quiet, tarball, 'vitest@^5', '@types/node@^24'], { cwd: app });
	return { folder, app, tarball, files: files.map(({ path }) => path), size };
}

/** Writes a file below a folder, creates the folders in between, and returns the file's path. */
export function write(folder, name, text) {
	const file = join(folder, name);
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, text);
	return file;
}

/**
 * Creates a folder in the project with the consumer's sources and a package.json, and returns its path.
 *
 * @param type - 'module' or 'commonjs'
 */
export function folderOf(app, name, type = 'module') {
	const folder = join(app, name);
	if (!existsSync(folder)) cpSync(CONSUMER, folder, { recursive: true });
	write(folder, 'package.json', JSON.stringify({ type }));
	return folder;
}

/** Runs a program. @throws unless it exits with 0 and the last line that it prints is `expected` */
export async function prints(expected, command, args, options) {
	const { code, output } = await run(command, args, options);
	const last = output.trimEnd().split('\n').at(-1);
	if (code !== 0 || last !== expected) throw new Error(`expected "${expected}", ended with ${code}:\n${output}`);
}
