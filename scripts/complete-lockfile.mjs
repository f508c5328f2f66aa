// Adds to package-lock.json the optional packages of other platforms that the registry at hand does not hold.
//
// npm leaves out what it cannot look up, and `npm ci` then refuses the lock file, here ("Missing: …@ from lock file")
// and wherever the registry does hold them. A mirror without the builds of other platforms is enough for that, so run
// this after `npm install` has changed the lock file: `node scripts/complete-lockfile.mjs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './fresh.mjs';

const file = join(ROOT, 'package-lock.json');
const text = readFileSync(file, 'utf8');
const lock = JSON.parse(text);

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'ppc64le', 'riscv64', 's390x', 'x64'];

/** What a platform package's name says of where it runs: `@swc/core-linux-arm-gnueabihf` is linux, arm. */
function platformOf(name) {
	const words = name.split(/[/-]/);
	const os = SYSTEMS.find((system) => words.includes(system));
	const cpu = CPUS.find((kind) => words.includes(kind));
	const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : undefined;
	if (!os || !cpu) throw new Error(`${name}: its name says no platform; write its lock entry by hand.`);
	return { os: [os], cpu: [cpu], ...(libc ? { libc: [libc] } : {}) };
}

/** Where Node would find `name` from the package at `from`, in the lock file's keys. */
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
		if (!/^\d/.test(version)) throw new Error(`${key} wants ${name}@${version}: not an exact version.`);
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
