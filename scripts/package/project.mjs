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
import { pack } from '../pack.mjs';
import { CORE, MAIN } from '../packages/entries.mjs';
import { must, run } from '../run.mjs';

/** The folder of a small application that uses the package. */
const CONSUMER = join(ROOT, '__tests__/package/consumer');

/** What the consumer prints, whichever compiler and runtime it has. */
export const EXPECTED = 'none, REJECT, agentese.invoke self.soul.challenge kent REJECT ok, counted 1';

/** Options of every npm install: quiet, and without scripts, of which the packages have none. */
export const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

/** Returns the consumer's sources by file name. */
export function sources() {
	return Object.fromEntries(readdirSync(CONSUMER).map((name) => [name, readFileSync(join(CONSUMER, name), 'utf8')]));
}

/**
 * Packs both packages, and installs the tarballs into an empty project in a temporary folder. vitest is installed there too,
 * because it must be in the same node_modules as what it tests, and so is the SDK of the application.
 *
 * @returns `folder`, the temporary folder; `app`, the project; `core` and `main`, the packed packages
 */
export async function installTarballs() {
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentese-package-')));
	const [core, main] = await Promise.all([CORE, MAIN].map((name) => pack(name, folder)));
	const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
	const sdk = ['api', 'sdk-trace', 'sdk-metrics'].map(
		(name) => `@opentelemetry/${name}@${dependencies[`@opentelemetry/${name}`]}`,
	);
	const app = join(folder, 'app');
	write(app, 'package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
	const packages = [core.tarball, main.tarball, 'vitest@^5', '@types/node@^24', ...sdk];
	await must('npm', ['install', ...QUIET, ...packages], { cwd: app });
	return { folder, app, core, main };
}

/**
 * Creates a project with a package.json, without installing it.
 *
 * @param project - what `installTarballs` returns
 * @param dependencies - beside the package `of`, with their versions
 * @param of - which of our packages the project depends on; none if undefined
 * @param more - further members of its package.json
 * @returns its path
 */
export function newProject({ folder, core, main }, name, dependencies, of = MAIN, more = {}) {
	const tarball = { [CORE]: `file:${core.tarball}`, [MAIN]: `file:${main.tarball}` };
	const manifest = {
		...{ name: 'app', private: true, type: 'module' },
		dependencies: { ...dependencies, ...(of && { [of]: tarball[of] }) },
		// agentese-otel depends on a version of the core that is not published yet.
		...(of === MAIN && { overrides: { [CORE]: tarball[CORE] } }),
		...more,
	};
	write(join(folder, name), 'package.json', JSON.stringify(manifest));
	return join(folder, name);
}

/** Creates a project as `newProject` does, and installs it with npm. Returns its path. */
export async function installed(project, name, dependencies = {}, of = MAIN) {
	const folder = newProject(project, name, dependencies, of);
	await must('npm', ['install', ...QUIET], { cwd: folder });
	return folder;
}

/** The projects of `installedOnce`, by their folder. */
const once = new Map();

/** Installs a project as `installed` does, when the first check needs it. */
export function installedOnce(project, name, dependencies) {
	const folder = join(project.folder, name);
	if (!once.has(folder)) once.set(folder, installed(project, name, dependencies));
	return once.get(folder);
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
