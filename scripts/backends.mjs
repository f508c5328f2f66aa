// Real servers for the end-to-end tests: Jaeger, an OpenTelemetry Collector, Prometheus, Redis and PostgreSQL, without
// containers.
//
// Each is looked for first where a person may have it (an environment variable, then PATH), then in the cache, and is
// built with Go otherwise. `node scripts/backends.mjs` makes all of them; a first build takes about fifteen minutes.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

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
	if (!go) return missing(name, variable);
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

/** Installs those of Debian's packages that are missing; seconds. */
export async function debianPackages() {
	const wanted = Object.keys(DEBIAN).filter((name) => !DEBIAN[name]());
	if (wanted.length === 0) return;
	const apt = onPath(['apt-get']);
	if (!apt || process.getuid?.() !== 0) {
		missing(`Debian's ${wanted.join(' and ')}`, undefined);
		return;
	}
	// RUNLEVEL=1: their services are not started, which would take the ports that a test wants.
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
	// On a new machine somebody else may be installing.
	const lock = ['-o', 'DPkg::Lock::Timeout=300'];
	const install = () =>
		run(apt, ['install', ...lock, '-y', '-q', '--no-install-recommends', ...wanted], { env, maxBuffer: 2 ** 26 });
	try {
		// The lists of a new machine are empty, or name what is gone from the mirrors by now.
		await install().catch(async () => {
			await run(apt, ['update', ...lock, '-q'], { env, maxBuffer: 2 ** 26 });
			await install();
		});
	} catch (error) {
		missing(`Debian's ${wanted.join(' and ')}`, undefined, error);
	}
}

/** All of them, so that no test waits for a build. */
export async function allBackends() {
	await debianPackages();
	for (const name of Object.keys(BACKENDS)) await backend(name);
}

function missing(name, variable, cause) {
	const wayOut = variable === undefined ? 'Install it.' : `Install Go, or name its binary in ${variable}.`;
	const reason = cause === undefined ? '' : ` Reason: ${cause.stderr || cause.message}`;
	const line = `NOT TESTED: ${name} is missing. ${wayOut}${reason}`;
	if (process.env.CI === 'true') throw new Error(line, { cause });
	console.error(`\n!!! ${line}\n`);
	return undefined;
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

/** The path of the first of these names on the PATH; undefined where none is there. */
export function onPath(names) {
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		for (const name of names) {
			try {
				accessSync(join(folder, name), constants.X_OK);
				return join(folder, name);
			} catch {
				// Not there.
			}
		}
	}
	return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	await debianPackages();
	for (const name of Object.keys(BACKENDS)) {
		const path = await backend(name);
		if (path) console.log(`${name}: ${path} (${execFileSync('du', ['-h', path]).toString().split('\t')[0]})`);
	}
}
