// Makes the API reference of the entries into dist/reference: `npm run docs`. TypeDoc needs a TypeScript that has an
// interface for programs, so its packages are in scripts/reference, with a lock file of their own; they are installed once.
// Without a network that fails, and the reference is left out with one loud line.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, unlessFresh } from './fresh.mjs';

const FOLDER = 'scripts/reference';
/** What npm writes if it cannot reach the registry, or if the registry lacks a package. */
const UNREACHABLE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ENOTCACHED|E404|E5\d\d/;

/** Installs the packages of the folder. */
function install() {
	// The level of messages, because `npm run -s` passes its own on, and then no reason of a failure is written.
	const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1'];
	const args = ['ci', '--prefix', join(ROOT, FOLDER), '--loglevel=error', ...options];
	try {
		execFileSync('npm', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
	} catch (error) {
		// Removes incomplete packages, so that the next run installs them again.
		rmSync(join(ROOT, FOLDER, 'node_modules'), { recursive: true, force: true });
		throw error;
	}
}

/** Returns true if the packages are installed. */
async function installed() {
	try {
		const inputs = [`${FOLDER}/package.json`, `${FOLDER}/package-lock.json`];
		await unlessFresh('reference', inputs, `${FOLDER}/node_modules/.package-lock.json`, install);
		return true;
	} catch (error) {
		const errors = String(error.stderr ?? error.message);
		if (!UNREACHABLE.test(errors)) throw error;
		const [reason = ''] = errors.split('\n').filter((line) => UNREACHABLE.test(line));
		console.error(`\n!!! THE API REFERENCE IS LEFT OUT: its packages cannot be installed. ${reason}\n`);
		return false;
	}
}

if (await installed()) {
	rmSync(join(ROOT, 'dist/reference'), { recursive: true, force: true });
	await import('./reference/make.mjs');
}
