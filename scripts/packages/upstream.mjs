// What the build changes in the packages that it bundles into `agentese-otel`. docs/packages.md explains each change.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What is changed in each package, as THIRD-PARTY-LICENSES.txt states it. */
export const CHANGED = {
	'@opentelemetry/api':
		'internal/global-utils, the registry on globalThis, was replaced, so that it works beside other versions of the API.',
	'@opentelemetry/otlp-grpc-exporter-base': '@grpc/grpc-js is loaded when it is first used, and not with the module.',
	zod: 'messages in English are included, and those in other languages are not.',
};

/**
 * An expression for a function that loads a package of the application when it is first used. Bundlers follow an imported
 * `createRequire`, but not this one.
 */
const REQUIRE = `((name) => {
	try {
		return process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);
	} catch (cause) {
		const way = "or use otlp_http, which needs no package.";
		throw new Error("agentese-otel: otlp_grpc in OTEL_CONFIG_FILE needs the package " + name + ", which is not installed: npm i " + name + ", " + way, { cause });
	}
})`;

/**
 * Replaces `@grpc/grpc-js` below the NodeSDK, which imports it even if nothing is sent over gRPC: it is an optional peer, and
 * loaded when a client is created. Our own presets need no package for gRPC.
 */
const LAZY_GRPC = `
const load = () => ${REQUIRE}("@grpc/grpc-js");
export const makeGenericClientConstructor = (...all) => load().makeGenericClientConstructor(...all);
`;

/** Replaces the module of the API that reads and writes its registry by ours. */
const registryOf = (file) => `
import { VERSION } from "../version.mjs";
import { createApiRegistry } from ${JSON.stringify(file)};
export const { registerGlobal, getGlobal, unregisterGlobal } = createApiRegistry(VERSION);
`;

/** zod's messages in English alone; all languages are 450 kB. */
const ENGLISH = `export { default as en } from "./en.js";`;

/** Replaces the text of a module, which must contain it: a new release may have changed it. */
function replaced(path, from, to) {
	const text = readFileSync(path, 'utf8');
	if (!text.includes(from))
		throw new Error(`${path} does not contain ${JSON.stringify(from)}; adapt scripts/packages/upstream.mjs.`);
	return text.replace(from, to);
}

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
	{
		module: /@opentelemetry\/otlp-grpc-exporter-base\/dist\/_virtual\/_rolldown\/runtime\.mjs$/,
		contents: (path) =>
			replaced(path, 'createRequire(import.meta.url)', REQUIRE).replace(/^import \{ createRequire \}.*$/m, ''),
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
			onResolve({ filter: /^@grpc\/grpc-js$/ }, ({ path }) => ({ path, namespace: 'lazy-grpc' }));
			onLoad({ filter: /.*/, namespace: 'lazy-grpc' }, () => ({ contents: LAZY_GRPC, resolveDir: modules }));
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
