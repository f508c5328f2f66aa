import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, SHIPPED } from '../fresh.mjs';

/** Everything that a test of the sources reads. */
const COPIED = [
	...SHIPPED,
	...['__tests__', 'docs', 'examples', 'scripts', 'bench', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'LICENSE'],
	...['package.json', 'package-lock.json', 'jest.config.mjs', 'biome.json', '.dependency-cruiser.cjs'],
	...['tsconfig.json', 'tsconfig.build.json', 'tsconfig.cjs.json', 'tsconfig.tc39.json', 'tsconfig.legacy.json'],
];

/** The project of jest.config.mjs with the contract suite. The legacy one has the same facts, and takes as long again. */
const CONTRACT = ['contract-tc39'];

/** A run of tests that takes longer than this is ended, and counts as failed: a mutant may loop for ever. */
const MAX_MS = 480_000;

/** Folders whose sub-folders are tested together. */
const WHOLE = ['delivery', 'cli'];

/**
 * Returns the folder with the tests of a source file's own folder: that of the second level, such as `lib/settling`, with
 * all that is below it, else that of the first level. Undefined for a folder of `lib/` without tests: the contract covers
 * it.
 */
export function testsOf(file) {
	const [first, second, ...below] = file.split('/');
	const nested = below.length > 0 && !WHOLE.includes(first);
	const folders = [...(nested ? [join(first, second)] : []), ...(first === 'lib' ? [] : [first])];
	return folders.map((folder) => join('__tests__', folder)).find((folder) => existsSync(join(ROOT, folder)));
}

/**
 * Returns the runs of tests that may notice a change of a source file, the cheapest first: those of its own folder, and
 * for what the contract covers the contract suite.
 */
export function runsFor(file) {
	const own = testsOf(file);
	return [
		...(own === undefined ? [] : [{ name: own, projects: ['unit'], path: own }]),
		...(/^(lib|decorators)\//.test(file) ? [{ name: 'contract', projects: CONTRACT, path: '__tests__/contract' }] : []),
	];
}

/** A copy of the repository in which one mutant at a time lives, beside the installed packages. */
export class House {
	#folder;

	/** @param {number} number - houses with different numbers run side by side */
	constructor(number) {
		this.#folder = join(ROOT, '.cache/mutants', String(number));
		rmSync(this.#folder, { recursive: true, force: true });
		mkdirSync(this.#folder, { recursive: true });
		for (const path of COPIED) {
			const from = join(ROOT, path);
			const filter = (source) => !/\/(node_modules|results)$/.test(source);
			if (existsSync(from)) cpSync(from, join(this.#folder, path), { recursive: true, filter });
		}
		symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'));
		if (existsSync(join(ROOT, 'dist'))) symlinkSync(join(ROOT, 'dist'), join(this.#folder, 'dist'));
	}

	/** Replaces a source file of the copy. */
	write(file, text) {
		writeFileSync(join(this.#folder, file), text);
	}

	/**
	 * Runs one of the runs that `runsFor` names.
	 *
	 * @returns {Promise<boolean>} true if all its tests passed
	 */
	passes({ projects, path }) {
		return this.#jest(projects, path);
	}

	/** Removes the copy. */
	remove() {
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#jest(projects, path) {
		const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--bail', '--silent', '--forceExit'];
		const chosen = ['--maxWorkers=1', '--testTimeout=60000', '--selectProjects', ...projects, '--', `${path}/`];
		return new Promise((done) => {
			const child = spawn(process.execPath, [...args, ...chosen], {
				cwd: this.#folder,
				stdio: 'ignore',
				detached: true,
				env: { ...process.env, NODE_NO_WARNINGS: '1' },
			});
			const end = () => {
				try {
					process.kill(-child.pid, 'SIGKILL');
				} catch {
					// The whole group has exited already.
				}
			};
			const timer = setTimeout(end, MAX_MS);
			child.on('close', (code) => {
				clearTimeout(timer);
				end();
				done(code === 0);
			});
		});
	}
}
