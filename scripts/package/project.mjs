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

const CONSUMER = join(ROOT, '__tests__/package/consumer');

/** What the consumer prints of its one invocation, whoever compiled and ran it. */
export const EXPECTED = 'none, REJECT, agentese.invoke self.soul.challenge kent REJECT ok, counted 1';

/** The consumer's sources, by name. */
export function sources() {
	return Object.fromEntries(readdirSync(CONSUMER).map((name) => [name, readFileSync(join(CONSUMER, name), 'utf8')]));
}

/**
 * Packs the package, and installs the tarball into an empty project outside the tree, together with vitest, which has
 * to stand beside what it tests. Answers the tarball, its list of files and the project.
 */
export async function installTarball() {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentese-package-')));
	const app = join(folder, 'app');
	mkdirSync(app);
	const packed = await must('npm', ['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', folder]);
	const answer = JSON.parse(packed.slice(packed.search(/^[[{]/m)));
	const [{ filename, files, size }] = Object.values(answer);
	const tarball = join(folder, filename);
	write(app, 'package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
	const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
	await must('npm', ['install', ...quiet, tarball, 'vitest@^5', '@types/node@^24'], { cwd: app });
	return { folder, app, tarball, files: files.map(({ path }) => path), size };
}

/** Writes a file below a folder, and the folders it needs; answers its path. */
export function write(folder, name, text) {
	const file = join(folder, name);
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, text);
	return file;
}

/** A folder of the project that is ESM or CommonJS as asked, with the consumer's sources in it. */
export function folderOf(app, name, type = 'module') {
	const folder = join(app, name);
	if (!existsSync(folder)) cpSync(CONSUMER, folder, { recursive: true });
	write(folder, 'package.json', JSON.stringify({ type }));
	return folder;
}

/** Runs a program and throws unless the last line it prints is `expected`. */
export async function prints(expected, command, args, options) {
	const { code, output } = await run(command, args, options);
	const last = output.trimEnd().split('\n').at(-1);
	if (code !== 0 || last !== expected) throw new Error(`expected "${expected}", ended with ${code}:\n${output}`);
}
