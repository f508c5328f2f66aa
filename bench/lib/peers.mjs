// The peers. Each is a folder of peers/ with packages of its own: what is not installed is left out, and said loudly.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const FOLDER = new URL('../peers/', import.meta.url);

/** The package that a peer's folder is about, by folder: the name that tables show. */
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

/** The peers that have this file, `calls` or `start`: folder, package, its version (undefined where not installed). */
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

/** The peer's own way to observe a method: what peers/<folder>/calls.mjs exports. */
export async function peer(folder) {
	const words = await import(new URL(`${folder}/calls.mjs`, FOLDER).href);
	return { name: PACKAGES[folder] ?? folder, shapes: ['sync', 'async'], spanName: (path) => path, ...words };
}

/** Those that are installed; the runner, not each of its processes, says loudly which are not. */
export function installed(peers) {
	for (const { name, version } of peers) {
		if (version === undefined && process.send === undefined)
			console.error(`!! THE PEER ${name} IS LEFT OUT: it is not installed; \`npm ci\` in bench/ does that.`);
	}
	return peers.filter(({ version }) => version !== undefined);
}
