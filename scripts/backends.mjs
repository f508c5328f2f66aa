// Provides the servers of the end-to-end tests, without containers: Jaeger, an OpenTelemetry Collector, Prometheus,
// Redis and PostgreSQL.
//
// Jaeger, the Collector and Prometheus are taken from an environment variable, else from PATH, else from the cache, and
// are built with Go otherwise. `node scripts/backends.mjs` builds all of them; the first build takes about 15 minutes.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { debianPackages, missing, onPath } from './machine.mjs';

const HERE = fileURLToPath(new URL('./backends/', import.meta.url));
const run = promisify(execFile);

/**
 * For each backend: the Go package to build, the environment variable with a binary to use instead, its names on PATH.
 */
const BACKENDS = {
	jaeger: { main: 'github.com/jaegertracing/jaeger/cmd/jaeger', variable: 'AGENTESE_JAEGER', names: ['jaeger'] },
	collector: { main: '.', variable: 'AGENTESE_COLLECTOR', names: ['otelcol-contrib'] },
	prometheus: {
		main: 'github.com/prometheus/prometheus/cmd/prometheus',
		variable: 'AGENTESE_PROMETHEUS',
		names: [],
	},
};

/**
 * Returns the path of a backend's binary, and builds the binary if there is none.
 *
 * @param name - a key of `BACKENDS`
 * @returns undefined if there is no binary and no Go; a line on stderr then names what is missing
 * @throws in that case under CI=true, and if the build fails
 */
export async function backend(name) {
	const { main, variable, names } = BACKENDS[name];
	const existing = process.env[variable] || onPath(names);
	if (existing) return existing;
	const folder = join(HERE, name);
	const cached = join(cacheFolder(), `${name}-${digest(folder)}`);
	if (existsSync(cached)) return cached;
	const go = onPath(['go']);
	if (!go) return missing(name, `Install Go, or name its binary in ${variable}.`);
	mkdirSync(cacheFolder(), { recursive: true });
	// Built under another name first, so that an interrupted build leaves no broken binary in the cache.
	const partial = `${cached}.${process.pid}`;
	console.error(`Building ${name}, once; this takes minutes.`);
	const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', partial, main];
	await run(go, args, { cwd: folder, env: { ...process.env, GOFLAGS: '-mod=readonly' }, maxBuffer: 2 ** 26 });
	renameSync(partial, cached);
	return cached;
}

/**
 * The Debian packages of the tests, and a check for each. Debian's Prometheus 2.42 is tested beside the one built here.
 */
const DEBIAN = {
	prometheus: () => onPath(['prometheus']) && onPath(['promtool']),
	'redis-server': () => onPath(['redis-server']),
	postgresql: () => postgresFolder(),
};

/**
 * Returns the folder of PostgreSQL's programs `initdb` and `postgres`, or undefined if there is none. Debian installs
 * one folder for each version, outside of PATH; the newest version is returned.
 */
export function postgresFolder() {
	const [newest] = globSync('/usr/lib/postgresql/*/bin/initdb').sort((a, b) => b.localeCompare(a, 'en', NUMERIC));
	const initdb = newest ?? onPath(['initdb']);
	return initdb === undefined ? undefined : dirname(initdb);
}

const NUMERIC = { numeric: true };

/** Installs and builds all servers, so that no test waits for a build. */
export async function allBackends() {
	await debianPackages(DEBIAN);
	for (const name of Object.keys(BACKENDS)) await backend(name);
}

function cacheFolder() {
	return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'agentese-otel');
}

/** Returns a hash of the files that a binary is built from: go.mod, go.sum, and main.go if there is one. */
function digest(folder) {
	const hash = createHash('sha256');
	for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
	return hash.digest('hex').slice(0, 16);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await debianPackages(DEBIAN);
	for (const name of Object.keys(BACKENDS)) {
		const path = await backend(name);
		if (path) console.log(`${name}: ${path} (${execFileSync('du', ['-h', path]).toString().split('\t')[0]})`);
	}
}
