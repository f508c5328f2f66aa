// Real servers for the end-to-end tests: Jaeger, an OpenTelemetry Collector, Prometheus, Redis and PostgreSQL, without
// containers.
//
// Each is looked for first where a person may have it (an environment variable, then PATH), then in the cache, and is
// built with Go otherwise. `node scripts/backends.mjs` makes all of them; a first build takes about fifteen minutes.
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

/** The package to build, the variable that names a person's own binary, and the names it has on a PATH. */
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
 * The path of a backend's binary, built if need be. Undefined where it can be had in no way: then it is said in one loud
 * line what is missing, and under CI=true it is an error.
 */
export async function backend(name) {
	const { main, variable, names } = BACKENDS[name];
	const own = process.env[variable] || onPath(names);
	if (own) return own;
	const folder = join(HERE, name);
	const cached = join(cacheFolder(), `${name}-${digest(folder)}`);
	if (existsSync(cached)) return cached;
	const go = onPath(['go']);
	if (!go) return missing(name, `Install Go, or name its binary in ${variable}.`);
	mkdirSync(cacheFolder(), { recursive: true });
	const partial = `${cached}.${process.pid}`;
	console.error(`Building ${name}, once; this takes minutes.`);
	const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', partial, main];
	await run(go, args, { cwd: folder, env: { ...process.env, GOFLAGS: '-mod=readonly' }, maxBuffer: 2 ** 26 });
	renameSync(partial, cached);
	return cached;
}

/** Debian's packages, and whether each is there: Prometheus 2.42 is another version than the one that is built. */
const DEBIAN = {
	prometheus: () => onPath(['prometheus']) && onPath(['promtool']),
	'redis-server': () => onPath(['redis-server']),
	postgresql: () => postgresFolder(),
};

/**
 * The folder with PostgreSQL's own programs, `initdb` and `postgres`; undefined where there is none. Debian keeps one for
 * each version, off the PATH.
 */
export function postgresFolder() {
	const [newest] = globSync('/usr/lib/postgresql/*/bin/initdb').sort((a, b) => b.localeCompare(a, 'en', NUMERIC));
	const initdb = newest ?? onPath(['initdb']);
	return initdb === undefined ? undefined : dirname(initdb);
}

const NUMERIC = { numeric: true };

/** All of them, so that no test waits for a build. */
export async function allBackends() {
	await debianPackages(DEBIAN);
	for (const name of Object.keys(BACKENDS)) await backend(name);
}

function cacheFolder() {
	return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'agentese-otel');
}

/** What a binary is made of: its module's sums, and its own source where it has any. */
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
