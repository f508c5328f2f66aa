import { existsSync, readFileSync } from 'node:fs';
// Imported as a namespace: Node 20 has no findPackageJSON, and importing that name would fail before our own message.
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processState } from '../../lib/runtime/process-state.js';

/**
 * The path of the `register` entry, which that entry sets itself. Other files cannot find their own path: no expression
 * for it compiles to both ESM and CommonJS.
 */
export const packageState = processState('sdk/find-package', () => ({ register: undefined as string | undefined }));

/** An installed package. */
export interface Package {
	/** The absolute path of the package's directory. */
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
 * Returns the directory from which the toolkit's own dependencies are searched; undefined if it is unknown (a bundle).
 */
export function toolkitDirectory(): string | undefined {
	if (packageState.register !== undefined) return dirname(packageState.register);
	return findPackage('agentese-otel', applicationDirectories())?.directory;
}

/**
 * Finds an installed package without loading its code.
 *
 * @param directories - where to search; the first directory from which the package is found decides
 */
export function findPackage(name: string, directories: readonly (string | undefined)[]): Package | undefined {
	for (const directory of directories) {
		if (directory === undefined) continue;
		try {
			const file = nodeModule.findPackageJSON(name, pathToFileURL(join(directory, 'any.js')));
			if (file === undefined || !existsSync(file)) continue;
			const { version = '', dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
			return { directory: dirname(file), version: String(version), dependencies: Object.keys(dependencies) };
		} catch {
			// Not found from this directory.
		}
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
