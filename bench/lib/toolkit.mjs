// Imports the toolkit as users do: by its name, through the `exports` of the package that is measured.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Returns the folder of the measured package: this repository, or the one that `--toolkit` names. */
export const home = () => process.env.BENCH_TOOLKIT ?? fileURLToPath(new URL('../..', import.meta.url));

/** Imports a published entry of the measured package: 'agentese-otel' or 'agentese-otel/presets'. */
export async function entry(name = 'agentese-otel') {
	// From inside the package its own name resolves through its `exports`, so it need not be installed or linked.
	const path = createRequire(join(home(), 'package.json')).resolve(name);
	return import(pathToFileURL(path).href);
}

/**
 * Applies decorators to a method as TypeScript's `experimentalDecorators` does: plain JavaScript has no syntax for
 * them.
 */
export function decorate(cls, key, ...decorators) {
	let descriptor = Object.getOwnPropertyDescriptor(cls.prototype, key);
	for (const decorator of decorators.toReversed()) {
		descriptor = decorator(cls.prototype, key, descriptor) ?? descriptor;
	}
	Object.defineProperty(cls.prototype, key, descriptor);
	return cls;
}
