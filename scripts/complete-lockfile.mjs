// Adds to package-lock.json the optional packages of other platforms that the npm registry in use does not have. Run it
// after `npm install` changed the lock file: `node scripts/complete-lockfile.mjs`.
//
// Some registry mirrors do not have the builds for other platforms. npm leaves a package that it cannot find out of the
// lock file, and `npm ci` then fails ("Missing: …@ from lock file"), with this registry and with complete ones.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './fresh.mjs';

const file = join(ROOT, 'package-lock.json');
const text = readFileSync(file, 'utf8');
const lock = JSON.parse(text);

/** The values of `os` in package.json that package names contain. */
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
/** The values of `cpu`. */
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'ppc64le', 'riscv64', 's390x', 'x64'];

/** Returns the platform that a package's name contains: linux and arm for `@swc/core-linux-arm-gnueabihf`. */
function platformOf(name) {
	const words = name.split(/[/-]/);
	const os = SYSTEMS.find((system) => words.includes(system));
	const cpu = CPUS.find((kind) => words.includes(kind));
	const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : undefined;
	if (!os || !cpu) throw new Error(`The name ${name} must contain a platform. Write its lock entry by hand.`);
	return { os: [os], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) };
}

/** Returns the lock file's key of the package `name` that the package with the key `from` would load, or undefined. */
function locate(from, name) {
	for (let at = from; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
		const key = `${at}/node_modules/${name}`;
		if (lock.packages[key]) return key;
		if (!at.includes('/node_modules/'))
			return lock.packages[`node_modules/${name}`] ? `node_modules/${name}` : undefined;
	}
}

const added = {};
for (const [key, entry] of Object.entries(lock.packages)) {
	for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
		if (key === '' || locate(key, name)) continue;
		if (!/^\d/.test(version)) throw new Error(`${key} must depend on an exact version of ${name}. It got ${version}.`);
		added[`node_modules/${name}`] = {
			version,
			...platformOf(name),
			...(entry.dev ? { dev: true } : {}),
			license: entry.license,
			optional: true,
		};
	}
}

const entries = Object.entries({ ...lock.packages, ...added });
lock.packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
const indent = /^\{\n(\s+)/.exec(text)?.[1] ?? '\t';
if (Object.keys(added).length > 0) writeFileSync(file, `${JSON.stringify(lock, null, indent)}\n`);
console.log(`${Object.keys(added).length} lock entries added.`);
