// Finds programs on this machine, and installs Debian packages.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Returns the path of the first executable with one of these names on PATH, or undefined if there is none. */
export function onPath(names) {
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		for (const name of names) {
			try {
				accessSync(join(folder, name), constants.X_OK);
				return join(folder, name);
			} catch {
				// Not in this folder.
			}
		}
	}
	return undefined;
}

/**
 * Prints on stderr that something is not tested, because a program is missing.
 *
 * @param name - the missing program
 * @param remedy - a sentence: how to install it
 * @param cause - the error of a failed installation
 * @returns undefined
 * @throws under CI=true instead of printing
 */
export function missing(name, remedy, cause) {
	const reason = cause === undefined ? '' : ` Reason: ${cause.stderr || cause.message}`;
	const line = `NOT TESTED: ${name} is missing. ${remedy}${reason}`;
	if (process.env.CI === 'true') throw new Error(line, { cause });
	console.error(`\n!!! ${line}\n`);
	return undefined;
}

/**
 * Installs the missing ones of some Debian packages, which takes seconds. Needs apt-get and root; without them, or if
 * the installation fails, `missing` reports it.
 *
 * @param packages - by the package's name, a function that returns a truthy value if it is installed
 */
export async function debianPackages(packages) {
	const wanted = Object.keys(packages).filter((name) => !packages[name]());
	if (wanted.length === 0) return;
	const apt = onPath(['apt-get']);
	if (!apt || process.getuid?.() !== 0) {
		missing(`Debian's ${wanted.join(' and ')}`, 'Install it.');
		return;
	}
	// RUNLEVEL=1 keeps the packages' services from starting: they would occupy ports that tests use.
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
	// On a new machine another process may be installing packages: wait for its lock up to 300 s.
	const lock = ['-o', 'DPkg::Lock::Timeout=300'];
	const install = () =>
		run(apt, ['install', ...lock, '-y', '-q', '--no-install-recommends', ...wanted], { env, maxBuffer: 2 ** 26 });
	try {
		// A new machine has no package lists, or has old ones with versions that mirrors removed.
		await install().catch(async () => {
			await run(apt, ['update', ...lock, '-q'], { env, maxBuffer: 2 ** 26 });
			await install();
		});
	} catch (error) {
		missing(`Debian's ${wanted.join(' and ')}`, 'Install it.', error);
	}
}
