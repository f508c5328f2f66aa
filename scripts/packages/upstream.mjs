// What the build changes in the packages that it bundles into `agentese-otel`. docs/packages.md explains each change.
import { dirname, join } from 'node:path';

/** What is changed in each package, as THIRD-PARTY-LICENSES.txt states it. */
export const CHANGED = {
	'@opentelemetry/api':
		'internal/global-utils, the registry on globalThis, was replaced, so that it works beside other versions of the API.',
	zod: 'messages in English are included, and those in other languages are not.',
};

/** Replaces the module of the API that reads and writes its registry by ours. */
const registryOf = (file) => `
import { VERSION } from "../version.mjs";
import { createApiRegistry } from ${JSON.stringify(file)};
export const { registerGlobal, getGlobal, unregisterGlobal } = createApiRegistry(VERSION);
`;

/** zod's messages in English alone; all languages are 450 kB. */
const ENGLISH = `export { default as en } from "./en.js";`;

/**
 * The changes by module: a pattern of its path, and its new text.
 *
 * @param registry - the built file with our registry of the API
 */
const changesOf = (registry) => [
	{
		module: /@opentelemetry\/api\/dist\/internal\/global-utils\.mjs$/,
		contents: () => registryOf(registry),
	},
	{ module: /\/zod\/v4\/locales\/index\.js$/, contents: () => ENGLISH },
];

/**
 * Returns an esbuild plugin that makes those changes, and the list of those that it made.
 *
 * @param modules - the folder `node_modules`
 * @param registry - the built file with our registry of the API
 */
export function changeUpstream(modules, registry) {
	const changes = changesOf(registry);
	const made = new Set();
	const plugin = {
		name: 'change-upstream',
		setup({ onResolve, onLoad, onEnd }) {
			// Its build for Node is CommonJS, which esbuild would wrap together with its `require`.
			onResolve({ filter: /^yaml$/ }, () => ({ path: join(modules, 'yaml/browser/index.js') }));
			for (const { module, contents } of changes)
				onLoad({ filter: module }, ({ path }) => {
					made.add(module);
					return { contents: contents(path), resolveDir: dirname(path) };
				});
			onEnd(() => {
				const missing = changes.filter(({ module }) => !made.has(module)).map(({ module }) => `${module}`);
				return {
					errors: missing.map((text) => ({ text: `${text} was not bundled; adapt scripts/packages/upstream.mjs.` })),
				};
			});
		},
	};
	return plugin;
}
