// Installs the packages of bench/. A fresh clone has none of them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

/**
 * Installs the packages of bench/package-lock.json, unless they are installed. If that fails, for example without a
 * network, it prints that the peers are left out, and removes what was installed. Never throws.
 */
export function installPeers() {
	// npm writes this file last, so it exists only after a complete installation.
	if (existsSync(`${FOLDER}node_modules/.package-lock.json`)) return;
	console.error('Installing the packages of bench/, once: 840 MB; this takes minutes.');
	try {
		const args = ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'];
		execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] });
	} catch (error) {
		// Removes incomplete packages, which Node would find before the complete ones of the repository.
		const folders = ['', ...readdirSync(`${FOLDER}peers`).map((peer) => `peers/${peer}/`)];
		for (const folder of folders) rmSync(`${FOLDER}${folder}node_modules`, { recursive: true, force: true });
		const errors = String(error.stderr ?? '')
			.split('\n')
			.filter((line) => line.startsWith('npm error'));
		const reason = errors.slice(0, 3).join(' ') || error.message;
		console.error(`\n!!! THE PEERS ARE LEFT OUT: their packages cannot be installed. ${reason}\n`);
	}
}
