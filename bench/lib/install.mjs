// Installs the packages of bench/ where they are missing: a fresh clone has none of them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** Installs what bench/package-lock.json says. Where that fails, such as without a network, it is said what is left out. */
export function installPeers() {
	// npm writes it last.
	if (existsSync(`${FOLDER}node_modules/.package-lock.json`)) return;
	console.error('Installing the packages of bench/, once: 840 MB; this takes minutes.');
	try {
		const args = ['ci', '--prefix', FOLDER, '--ignore-scripts', '--no-audit', '--no-fund'];
		execFileSync('npm', args, { stdio: ['ignore', 'ignore', 'pipe'] });
	} catch (error) {
		// Half a package would be found before the toolkit's own whole one.
		const folders = ['', ...readdirSync(`${FOLDER}peers`).map((peer) => `peers/${peer}/`)];
		for (const folder of folders) rmSync(`${FOLDER}${folder}node_modules`, { recursive: true, force: true });
		const errors = String(error.stderr ?? '')
			.split('\n')
			.filter((line) => line.startsWith('npm error'));
		const reason = errors.slice(0, 3).join(' ') || error.message;
		console.error(`\n!!! THE PEERS ARE LEFT OUT: their packages cannot be installed. ${reason}\n`);
	}
}
