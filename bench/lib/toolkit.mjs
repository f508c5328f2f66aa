// The toolkit as a user imports it: by its name, through the `exports` of the package that is measured.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of the package that is measured: this repository, or what `--toolkit` names (another build, to compare). */
export const home = () => process.env.BENCH_TOOLKIT ?? fileURLToPath(new URL('../..', import.meta.url));

/** Imports one of the package's published entries: 'agentese-otel', 'agentese-otel/presets'. */
export async function entry(name = 'agentese-otel') {
	// Asked from within the package, its own name goes through its `exports`: no install and no link is needed.
	const path = createRequire(join(home(), 'package.json')).resolve(name);
	return import(pathToFileURL(path).href);
}

/** Applies decorators to a method as TypeScript's `experimentalDecorators` does: plain JavaScript has no syntax for them. */
export function decorate(cls, key, ...decorators) {
	let descriptor = Object.getOwnPropertyDescriptor(cls.prototype, key);
	for (const decorator of decorators.toReversed()) {
		descriptor = decorator(cls.prototype, key, descriptor) ?? descriptor;
	}
	Object.defineProperty(cls.prototype, key, descriptor);
	return cls;
}
