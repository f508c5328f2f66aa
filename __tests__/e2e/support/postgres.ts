import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { end, eventually, freePort, newFolder, type Server } from './servers.js';

/** PostgreSQL refuses to run as root, and requires a user that has a name. */
function unprivileged(): { uid: number; gid: number } | undefined {
	if (process.getuid?.() !== 0) return undefined;
	for (const name of ['postgres', 'nobody']) {
		try {
			const [uid, gid] = ['-u', '-g'].map((what) => Number(execFileSync('id', [what, name], { stdio: 'pipe' })));
			if (uid !== undefined && gid !== undefined) return { uid, gid };
		} catch {
			// There is no such user.
		}
	}
	throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
}

/**
 * Starts PostgreSQL with its data in a new folder, which is removed at its end. Its URL is `postgres`.
 *
 * @param bin - the folder of its programs
 */
export async function startPostgres(bin: string): Promise<Server> {
	const folder = newFolder('postgres');
	const user = unprivileged();
	if (user !== undefined) chownSync(folder, user.uid, user.gid);
	chmodSync(folder, 0o700);
	const data = join(folder, 'data');
	const options = { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' }, ...user };
	const how = ['--username=garden', '--auth=trust', '--no-sync', '--no-locale', '--encoding=UTF8'];
	await promisify(execFile)(join(bin, 'initdb'), ['-D', data, ...how], options);
	const port = await freePort();
	const settings = ['fsync=off', 'unix_socket_directories='].flatMap((one) => ['-c', one]);
	const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...settings];
	const child = spawn(join(bin, 'postgres'), args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
	let log = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		log = (log + text).slice(-4000);
	});
	const stop = async () => {
		// A fast shutdown does not wait for clients to disconnect.
		await end(child, 'SIGINT');
		rmSync(folder, { recursive: true, force: true });
	};
	const url = `postgres://garden@127.0.0.1:${port}/postgres`;
	try {
		await eventually(() => answers(url), 'postgres');
	} catch (error) {
		await stop();
		throw new Error(`postgres did not start:\n${log}`, { cause: error });
	}
	return { urls: { postgres: url }, folder, stop };
}

async function answers(url: string): Promise<true> {
	const client = new Client({ connectionString: url });
	try {
		await client.connect();
		await client.query('select 1');
		return true;
	} finally {
		await client.end().catch(() => undefined);
	}
}
