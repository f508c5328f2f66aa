import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	chownSync,
	existsSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from '../../../../delivery/journal/files/file-system.js';
import { holdLock, type Lock } from '../../../../delivery/journal/files/lock.js';
import { Lease } from '../../../../delivery/journal/lease/lease.js';
import { LEASE_MS, Liveness } from '../../../../delivery/journal/lease/liveness.js';
import {
	beatLine,
	lockFileName,
	newOwner,
	type OwnerRecord,
	ownerFileName,
	ownerLine,
	parseOwnerFileName,
	startOf,
} from '../../../../delivery/journal/lease/owner.js';
import { platform } from '../../../../lib/runtime/platform.js';
import { temporary } from '../../../support/children.js';
import { until } from '../../../support/misbehaving.js';

let directory: string;
let owner: string;
let locks: Lock[];
/** The observer's own clock, in milliseconds. */
let now: number;

beforeEach(() => {
	directory = temporary();
	owner = newOwner();
	locks = [];
	now = 5000;
});
afterEach(() => {
	for (const lock of locks) lock.release();
	rmSync(directory, { recursive: true, force: true });
});

const NFS = 0x6969;
const path = () => join(directory, ownerFileName(owner));
const own = (lock = false) => JSON.parse(ownerLine(lock)) as OwnerRecord;

/** Writes the file of an owner. */
function write(record: Partial<OwnerRecord> | string, beat = 0): void {
	const line = typeof record === 'string' ? record : `${JSON.stringify({ ...own(), ...record })}\n`;
	writeFileSync(path(), `${line}${beatLine(beat)}`);
}

/** Returns an observer of the folder, and what it reports. */
function observer(files: Partial<FileSystem> = {}) {
	const reports: string[] = [];
	const liveness = new Liveness({
		...{ files: { ...nodeFileSystem, ...files }, directory, monotonic: () => now },
		onUntrusted: (name, reason) => reports.push(`${name.slice(directory.length + 1)} ${reason}`),
	});
	return { isAlive: () => liveness.isAlive(owner), reports };
}

/** Resolves to whether the owner lives, at first sight and after its beat has not changed for as long as a lease. */
async function verdicts(files: Partial<FileSystem> = {}): Promise<boolean[]> {
	const { isAlive } = observer(files);
	const first = await isAlive();
	now += LEASE_MS + 1;
	return [first, await isAlive()];
}

const CERTAIN_LIFE = [true, true];
const CERTAIN_DEATH = [false, false];
/** Nothing certain is known: it lives as long as it beats. */
const BY_BEAT = [true, false];

function hold(): void {
	const lock = holdLock(join(directory, lockFileName(owner)));
	if (lock === undefined) throw new Error('there is no lock here');
	locks.push(lock);
}

/** Leaves the socket of a process that was killed. */
async function leaveLock(): Promise<void> {
	const code = `require('node:net').createServer().listen(${JSON.stringify(join(directory, lockFileName(owner)))}, () => console.log(1))`;
	const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
	await once(child.stdout, 'data');
	child.kill('SIGKILL');
	await once(child, 'exit');
}

it('an owner has a new name each time, which the names of its file and its lock contain', () => {
	expect(newOwner()).not.toBe(owner);
	expect([ownerFileName(owner), lockFileName(owner), '4711.owner', `${owner}.segment`].map(parseOwnerFileName)).toEqual(
		[owner, owner, undefined, undefined],
	);
});

describe('a lease', () => {
	it('lives until it is released, and leaves nothing', async () => {
		const lease = new Lease(nodeFileSystem, directory);
		owner = lease.acquire();
		expect([lease.acquire(), [...lease.owners]]).toEqual([owner, [owner]]);
		expect(readdirSync(directory).sort()).toEqual([lockFileName(owner), ownerFileName(owner)]);
		expect(await verdicts()).toEqual(CERTAIN_LIFE);
		lease.release();
		expect([readdirSync(directory), lease.owners.size]).toEqual([[], 0]);
		expect(await verdicts()).toEqual(CERTAIN_DEATH);
	});

	it('ends with its beat if its file cannot be removed and its process lives on', async () => {
		const files = {
			...nodeFileSystem,
			unlinkSync: () => {
				throw new Error('EIO');
			},
		};
		const lease = new Lease(files, directory);
		owner = lease.acquire();
		lease.release();
		expect([existsSync(path()), existsSync(join(directory, lockFileName(owner)))]).toEqual([true, false]);
		expect(await verdicts()).toEqual(BY_BEAT);
	});

	it('changes its beat every 10 seconds, which an observer that knows nothing else sees', async () => {
		const beats: (() => void)[] = [];
		const { setInterval } = platform;
		platform.setInterval = ((beat: () => void, ms: number) => {
			expect(ms).toBe(10_000);
			beats.push(beat);
			return setInterval(() => undefined, 1e6);
		}) as typeof platform.setInterval;
		const lease = new Lease(nodeFileSystem, directory);
		try {
			owner = lease.acquire();
			lease.acquire();
		} finally {
			platform.setInterval = setInterval;
		}
		expect(beats).toHaveLength(1);
		const [first, ...rest] = readFileSync(path(), 'utf8').split('\n');
		expect(rest).toEqual(['0000000000000000', '']);
		const contents = new Set<string>();
		for (let beat = 1; beat <= 12; beat++) {
			beats[0]?.();
			await until(() => readFileSync(path(), 'utf8') === `${first}\n${String(beat).padStart(16, '0')}\n`);
			contents.add(readFileSync(path(), 'utf8'));
		}
		expect(contents.size).toBe(12);
		lease.release();
		beats[0]?.();
		expect(readdirSync(directory)).toEqual([]);
	});

	it('is another one after somebody has removed its file', () => {
		const lease = new Lease(nodeFileSystem, directory);
		owner = lease.acquire();
		rmSync(path());
		const next = lease.acquire();
		expect([next === owner, [...lease.owners].sort()]).toEqual([false, [owner, next].sort()]);
		expect(readdirSync(directory).sort()).toEqual([lockFileName(next), ownerFileName(next)]);
		lease.release();
		expect(readdirSync(directory)).toEqual([]);
	});

	it('needs no lock: a file system may have no sockets', async () => {
		for (const holdLockSync of [
			() => undefined,
			() => {
				throw new Error('EPERM');
			},
		]) {
			const lease = new Lease({ ...nodeFileSystem, holdLockSync }, directory);
			owner = lease.acquire();
			expect(JSON.parse(readFileSync(path(), 'utf8').split('\n')[0] ?? '')).toMatchObject({ lock: false });
			expect(await verdicts()).toEqual(CERTAIN_LIFE);
			lease.release();
		}
	});

	it.each(['createSync', 'writeSync'] as const)('leaves nothing if %s fails', (name) => {
		const files = {
			...nodeFileSystem,
			[name]: () => {
				throw new Error('ENOSPC');
			},
		};
		const lease = new Lease(files, directory);
		expect(() => lease.acquire()).toThrow('ENOSPC');
		expect([readdirSync(directory), lease.owners.size]).toEqual([[], 0]);
	});
});

describe('an owner without a file', () => {
	it('has released its lease', async () => {
		expect(await verdicts()).toEqual(CERTAIN_DEATH);
	});

	it('is about to create it if its lock is held', async () => {
		hold();
		expect(await verdicts()).toEqual(CERTAIN_LIFE);
	});
});

(process.platform === 'linux' ? describe : describe.skip)('an owner whose process can be seen', () => {
	it('lives however long its beat has not changed, as a process that is stopped', async () => {
		write({});
		expect(await verdicts()).toEqual(CERTAIN_LIFE);
	});

	it('has exited if another process has its pid', async () => {
		write({ began: '1' });
		expect(await verdicts()).toEqual(CERTAIN_DEATH);
	});

	it('has exited as soon as its process was killed, reaped or not', async () => {
		const child = spawn('sleep', ['60']);
		await once(child, 'spawn');
		const pid = child.pid ?? 0;
		write({ pid, began: startOf(pid) });
		expect(await verdicts()).toEqual(CERTAIN_LIFE);
		child.kill('SIGKILL');
		await once(child, 'exit');
		expect(await verdicts()).toEqual(CERTAIN_DEATH);
	});

	it('has exited although its process lives, if nobody listens on its lock: a thread that ended, or a lease', async () => {
		await leaveLock();
		for (const thread of [true, false]) {
			write({ thread, lock: true });
			expect(await verdicts()).toEqual(CERTAIN_DEATH);
		}
	});

	it('lives as a thread while somebody listens on its lock', async () => {
		hold();
		write({ thread: true, lock: true });
		expect(await verdicts()).toEqual(CERTAIN_LIFE);
	});

	it('lives as a thread without a lock as long as its beat changes', async () => {
		write({ thread: true, lock: false });
		expect(await verdicts()).toEqual(BY_BEAT);
		write({ thread: true, lock: true });
		expect(await verdicts()).toEqual(BY_BEAT);
	});

	it('lives although its lock seems free on a file system that other machines share', async () => {
		await leaveLock();
		write({ lock: true });
		expect(await verdicts({ typeOf: async () => NFS })).toEqual(CERTAIN_LIFE);
	});
});

(process.platform === 'linux' ? describe : describe.skip)('an owner in another container of this machine', () => {
	const elsewhere = { space: 'pid:[1]', pid: 1, lock: true };

	it('lives as long as it listens on its lock, however long its beat has not changed', async () => {
		hold();
		write(elsewhere);
		expect(await verdicts()).toEqual(CERTAIN_LIFE);
	});

	it('has exited at once if nobody listens', async () => {
		await leaveLock();
		write(elsewhere);
		expect(await verdicts()).toEqual(CERTAIN_DEATH);
	});

	it('has exited if nobody listens and this process has its pid and host, on any file system: a restart', async () => {
		await leaveLock();
		write({ ...elsewhere, pid: process.pid });
		const nfs = { typeOf: async () => NFS };
		expect(await verdicts(nfs)).toEqual(CERTAIN_DEATH);
		write({ ...elsewhere, pid: process.pid, host: 'another' });
		expect(await verdicts(nfs)).toEqual(BY_BEAT);
		rmSync(join(directory, lockFileName(owner)));
		write({ ...elsewhere, pid: process.pid });
		expect(await verdicts(nfs)).toEqual(BY_BEAT);
		hold();
		expect(await verdicts(nfs)).toEqual(CERTAIN_LIFE);
	});

	it('lives as long as its beat changes if there is no lock, or the folder may be that of another machine', async () => {
		write(elsewhere);
		expect(await verdicts()).toEqual(BY_BEAT);
		write({ ...elsewhere, lock: false });
		expect(await verdicts()).toEqual(BY_BEAT);
		await leaveLock();
		write(elsewhere);
		expect(await verdicts({ typeOf: async () => NFS })).toEqual(BY_BEAT);
		const failing = async () => {
			throw new Error('ENOSYS');
		};
		expect(await verdicts({ typeOf: failing })).toEqual(BY_BEAT);
	});
});

(process.platform === 'linux' ? describe : describe.skip)('an owner under another kernel', () => {
	it('has exited if the folder is on a disk of this machine: the machine was started again', async () => {
		write({ boot: 'another' });
		expect(await verdicts()).toEqual(CERTAIN_DEATH);
	});

	it('lives as long as its beat changes if other machines share the folder', async () => {
		write({ boot: 'another' });
		expect(await verdicts({ typeOf: async () => NFS })).toEqual(BY_BEAT);
		write({ boot: undefined });
		expect(await verdicts()).toEqual(BY_BEAT);
	});
});

describe('an owner on a system without /proc', () => {
	const { platform: name } = process;
	beforeEach(() => {
		Object.defineProperty(process, 'platform', { value: 'darwin' });
	});
	afterEach(() => {
		Object.defineProperty(process, 'platform', { value: name });
	});

	const probe = (state: 'held' | 'free' | 'unknown') => ({ probeLock: async () => state });

	it('has exited if there is no such process on this host', async () => {
		const child = spawn('true');
		await once(child, 'exit');
		write({ pid: child.pid ?? 0, lock: true });
		expect(await verdicts(probe('held'))).toEqual(CERTAIN_DEATH);
	});

	it('lives as long as its lock is held, and has exited as soon as it is free: another process may have its pid', async () => {
		write({ lock: true });
		expect([await verdicts(probe('held')), await verdicts(probe('free'))]).toEqual([CERTAIN_LIFE, CERTAIN_DEATH]);
	});

	it('lives as long as its beat changes if it has no lock, or is on another host', async () => {
		write({ lock: false });
		expect(await verdicts(probe('free'))).toEqual(BY_BEAT);
		write({ lock: true });
		expect(await verdicts(probe('unknown'))).toEqual(BY_BEAT);
		write({ lock: true, host: 'another', pid: 2 ** 22 + 1 });
		expect(await verdicts(probe('free'))).toEqual(BY_BEAT);
	});
});

describe('an owner of which nothing certain is known', () => {
	const remote = { boot: undefined, began: undefined, host: 'elsewhere' };

	it.each([
		['three minutes ahead', 180_000],
		['three minutes behind', -180_000],
		['a year behind', -365 * 864e5],
		['ten years ahead', 3650 * 864e5],
	])('lives as long as its beat changes, with a clock that is %s', async (_, ms) => {
		const { isAlive } = observer();
		for (let beat = 0; beat < 20; beat++) {
			write(remote, beat);
			const shown = new Date(Date.now() + ms);
			utimesSync(path(), shown, shown);
			expect(await isAlive()).toBe(true);
			now += LEASE_MS - 1;
		}
		expect(await isAlive()).toBe(true);
		now += 1;
		expect(await isAlive()).toBe(false);
	});

	it('is not known to have exited before it was seen for as long as a lease, however old its file is', async () => {
		write(remote);
		utimesSync(path(), 1, 1);
		expect(await observer().isAlive()).toBe(true);
	});

	it('counts from its last change, although it was not looked at for long', async () => {
		const { isAlive } = observer();
		write(remote, 1);
		await isAlive();
		now += 10 * LEASE_MS;
		write(remote, 2);
		expect(await isAlive()).toBe(true);
	});

	it('may have an incomplete file', async () => {
		for (const content of ['{"pid"', '', '{"pid":"x"}\n', 'null\n']) {
			write(content);
			expect(await verdicts()).toEqual(BY_BEAT);
		}
	});
});

describe('the name of an owner', () => {
	it.each<[string, () => void, string]>([
		['a named pipe', () => execFileSync('mkfifo', [path()]), 'is a named pipe'],
		['a link to /dev/zero', () => symlinkSync('/dev/zero', path()), 'is a symbolic link'],
		[
			'too large',
			() => writeFileSync(path(), Buffer.alloc(4097)),
			'has 4097 bytes, more than the 4096 that it may have',
		],
	])('that is %s is not opened: its segments are left alone, which is reported', async (_, make, reason) => {
		make();
		const { isAlive, reports } = observer();
		expect(await isAlive()).toBe(true);
		now += LEASE_MS + 1;
		expect(await isAlive()).toBe(true);
		expect(new Set(reports)).toEqual(new Set([`${ownerFileName(owner)} ${reason}`]));
	});

	(process.getuid?.() === 0 ? it : it.skip)('that belongs to another user is not opened', async () => {
		write({ began: '1' });
		chownSync(path(), 65533, 65533);
		const { isAlive, reports } = observer();
		expect([await isAlive(), reports]).toEqual([true, [`${ownerFileName(owner)} belongs to the user 65533`]]);
	});

	it('that cannot be read is that of a living one', async () => {
		write({ began: '1' });
		const fail = async () => {
			throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
		};
		expect([await verdicts({ readFile: fail }), await verdicts({ lstat: fail })]).toEqual([CERTAIN_LIFE, CERTAIN_LIFE]);
	});
});
