// Finds the peers: each is a folder of peers/ with its own packages. A peer that is not installed is left out, with a
// line on stderr.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../peers/', import.meta.url);

/** The package of each peer, by folder. Tables show this name. */
const PACKAGES = {
	adonis: '@adonisjs/otel',
	autotel: 'autotel',
	langfuse: '@langfuse/tracing',
	logfire: 'logfire',
	'nestjs-otel': 'nestjs-otel',
	openinference: '@arizeai/openinference-core',
	sentry: '@sentry/node',
	traceloop: '@traceloop/node-server-sdk',
	vercel: '@vercel/otel',
};

/**
 * Returns the peers that have a file: `folder`, `name` of the package, `version` (undefined if it is not installed) and
 * the path `file`.
 *
 * @param file - 'calls' or 'start'
 */
export function peersWith(file) {
	return readdirSync(FOLDER)
		.filter((folder) => existsSync(new URL(`${folder}/${file}.mjs`, FOLDER)))
		.map((folder) => ({
			folder,
			name: PACKAGES[folder] ?? folder,
			version: versionOf(folder),
			file: fileOf(folder, file),
		}));
}

const fileOf = (folder, file) => fileURLToPath(new URL(`${folder}/${file}.mjs`, FOLDER));

/**
 * Returns the installed version of a peer's package. A package need not export its package.json, so it is read by path.
 */
function versionOf(folder) {
	const name = PACKAGES[folder] ?? folder;
	for (const path of createRequire(new URL(`${folder}/package.json`, FOLDER)).resolve.paths(name)) {
		try {
			return JSON.parse(readFileSync(`${path}/${name}/package.json`, 'utf8')).version;
		} catch {
			// Not in this folder; perhaps in one above.
		}
	}
	return undefined;
}

/**
 * Imports peers/<folder>/calls.mjs, and returns what it exports, with defaults:
 *
 * - `weave(name, cls, shape)` observes the method `add` of a class, and returns the class
 * - `less`, what the peer does less than the code by hand
 * - `shapes`, the shapes of methods it can observe, by default 'sync' and 'async'
 * - `spanName(path)`, the name of its spans, by default the path
 * - `ownSdk`, true if it brings its own SDK, and `start`, which starts that SDK
 */
export async function peer(folder) {
	const exported = await import(new URL(`${folder}/calls.mjs`, FOLDER).href);
	return { name: PACKAGES[folder] ?? folder, shapes: ['sync', 'async'], spanName: (path) => path, ...exported };
}

/**
 * Returns the peers that are installed. The runner prints which are not; the processes of its scenes do not repeat
 * that.
 */
export function installed(peers) {
	for (const { name, version } of peers) {
		if (version === undefined && process.send === undefined)
			console.error(`!! THE PEER ${name} IS LEFT OUT: it is not installed; \`npm ci\` in bench/ does that.`);
	}
	return peers.filter(({ version }) => version !== undefined);
}
