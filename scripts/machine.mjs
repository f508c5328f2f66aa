// What this machine has, and what of Debian's packages is added to it.
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

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

/** Says in one loud line what cannot be tested here; under CI=true it is an error. */
export function missing(name, wayOut, cause) {
	const reason = cause === undefined ? '' : ` Reason: ${cause.stderr || cause.message}`;
	const line = `NOT TESTED: ${name} is missing. ${wayOut}${reason}`;
	if (process.env.CI === 'true') throw new Error(line, { cause });
	console.error(`\n!!! ${line}\n`);
	return undefined;
}

/**
 * Installs those of Debian's packages that are missing; seconds.
 *
 * @param packages - by name, whether it is there
 */
export async function debianPackages(packages) {
	const wanted = Object.keys(packages).filter((name) => !packages[name]());
	if (wanted.length === 0) return;
	const apt = onPath(['apt-get']);
	if (!apt || process.getuid?.() !== 0) {
		missing(`Debian's ${wanted.join(' and ')}`, 'Install it.');
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
		missing(`Debian's ${wanted.join(' and ')}`, 'Install it.', error);
	}
}
