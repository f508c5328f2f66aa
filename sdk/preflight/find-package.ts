import { existsSync, readFileSync, realpathSync } from 'node:fs';
// Imported as a namespace: Node 20 has no findPackageJSON, and importing that name would fail before our own message.
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** An installed package. */
export interface Package {
	/** The absolute path of the package's directory, links resolved: pnpm installs what it depends on beside that one. */
	readonly directory: string;
	/** The version in its package.json; empty if that has none. */
	readonly version: string;
	/** The names of its dependencies. */
	readonly dependencies: readonly string[];
}

/**
 * Returns the directories from which the application's packages are searched: that of its config, of its entry point,
 * and the working directory.
 *
 * @param directory - the directory of the config
 */
export function applicationDirectories(directory?: string): string[] {
	const entry = process.argv[1];
	const directories = [directory, entry === undefined ? undefined : dirname(entry), process.cwd()];
	return [...new Set(directories.filter((path) => path !== undefined))];
}

/**
 * Finds an installed package without loading its code.
 *
 * @param directories - where to search; the first directory from which the package is found decides
 */
export function findPackage(name: string, directories: readonly (string | undefined)[]): Package | undefined {
	for (const directory of directories) {
		if (directory === undefined) continue;
		const file = findManifest(name, directory);
		if (file === undefined) continue;
		const { version = '', dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
		return {
			directory: dirname(realpathSync(file)),
			version: String(version),
			dependencies: Object.keys(dependencies),
		};
	}
	return undefined;
}

/**
 * The package.json of a package. Node finds it in `node_modules`; Yarn's Plug'n'Play has no such folder and replaces
 * the function that resolves a module, so the file is then searched from the module upward.
 */
function findManifest(name: string, directory: string): string | undefined {
	const base = join(directory, 'any.js');
	try {
		const file = nodeModule.findPackageJSON(name, pathToFileURL(base));
		if (file !== undefined && existsSync(file)) return file;
	} catch {
		// Not found from this directory.
	}
	if (process.versions['pnp'] === undefined) return undefined;
	try {
		let folder = dirname(nodeModule.createRequire(base).resolve(name));
		for (; dirname(folder) !== folder; folder = dirname(folder)) {
			const file = join(folder, 'package.json');
			if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === name) return file;
		}
	} catch {
		// Not found from this directory.
	}
	return undefined;
}

/**
 * Returns the URL of the file that a specifier means, without loading it.
 *
 * @param directories - where to search; the first directory from which the specifier is found decides
 */
export function findModule(specifier: string, directories: readonly (string | undefined)[]): string | undefined {
	for (const directory of directories) {
		if (directory === undefined) continue;
		try {
			return pathToFileURL(nodeModule.createRequire(join(directory, 'any.js')).resolve(specifier)).href;
		} catch {
			// Not found from this directory.
		}
	}
	return undefined;
}
