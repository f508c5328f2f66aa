import { existsSync, readFileSync } from 'node:fs';
// As a namespace: Node 20 has no findPackageJSON, and naming it would keep our own message from being said.
import * as nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processState } from '../../lib/runtime/process-state.js';

/** `register` knows where it lies; the CommonJS build has no word for it that TypeScript takes in both. */
export const packageState = processState('sdk/find-package', () => ({ register: undefined as string | undefined }));

/** A package's directory and what its package.json says. */
export interface Package {
	readonly directory: string;
	readonly version: string;
	readonly dependencies: readonly string[];
}

/** Where the application's own packages are looked for: beside its config, its entry point and where it was started. */
export function applicationPlaces(directory?: string): string[] {
	const entry = process.argv[1];
	const places = [directory, entry === undefined ? undefined : dirname(entry), process.cwd()];
	return [...new Set(places.filter((place) => place !== undefined))];
}

/** Where this package's own dependencies are looked for; undefined where nobody can tell (a bundle). */
export function ownPlace(): string | undefined {
	if (packageState.register !== undefined) return dirname(packageState.register);
	return firstPackage('agentese-otel', applicationPlaces())?.directory;
}

/** The package as it is found from the first of the places that has it; its code is not loaded. */
export function firstPackage(name: string, places: readonly (string | undefined)[]): Package | undefined {
	for (const place of places) {
		if (place === undefined) continue;
		try {
			const file = nodeModule.findPackageJSON(name, pathToFileURL(join(place, 'any.js')));
			if (file === undefined || !existsSync(file)) continue;
			const { version = '', dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
			return { directory: dirname(file), version: String(version), dependencies: Object.keys(dependencies) };
		} catch {
			// Not from here.
		}
	}
	return undefined;
}

/** The URL of what `import` of that name would load from the first of the places that has it. */
export function firstModule(specifier: string, places: readonly (string | undefined)[]): string | undefined {
	for (const place of places) {
		if (place === undefined) continue;
		try {
			return pathToFileURL(nodeModule.createRequire(join(place, 'any.js')).resolve(specifier)).href;
		} catch {
			// Not from here.
		}
	}
	return undefined;
}
