import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from '../../../delivery/journal/files/file-system.js';
import type { Lock } from '../../../delivery/journal/files/lock.js';
import type { Journal } from '../../../delivery/journal/journal.js';
import type { Frame } from '../../../delivery/journal/segments/frame.js';
import type { Entry } from '../../../delivery/journal/segments/segment.js';
import { temporary } from '../../support/children.js';
import { adoptedBy, createJournal } from '../../support/journals.js';

/*
 * The life of a few processes on one directory, in which one operation of the file system fails once: each operation, at
 * each of its calls. Whatever fails, each record is delivered once, and no descriptor or lock is left.
 */

type Operation = keyof FileSystem;

/** How an operation fails: nothing was done, half of the data was written, or all was done. */
type How = 'before' | 'half' | 'after';

interface Fault {
	readonly operation: Operation;
	/** The number of the call that fails, from 0. */
	readonly call: number;
	readonly how: How;
}

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const WRITES: readonly Operation[] = ['write', 'writeSync'];

/** A file system on which faults happen, which counts calls and knows what is open. */
class SweptFileSystem {
	readonly calls = new Map<Operation, number>();
	readonly descriptors = new Set<number>();
	readonly locks = new Set<Lock>();
	readonly met: Fault[] = [];
	readonly #faults: readonly Fault[];

	constructor(faults: readonly Fault[]) {
		this.#faults = faults;
	}

	/** Returns the operations for one process. */
	forProcess(): FileSystem {
		return Object.fromEntries(
			(Object.keys(nodeFileSystem) as Operation[]).map((name) => [
				name,
				/Sync$/.test(name)
					? (...args: unknown[]) => this.#do(name, args)
					: async (...args: unknown[]) => await this.#do(name, args),
			]),
		) as unknown as FileSystem;
	}

	#do(name: Operation, args: unknown[]): unknown {
		const call = this.calls.get(name) ?? 0;
		this.calls.set(name, call + 1);
		const fault = this.#faults.find((one) => one.operation === name && one.call === call);
		if (fault === undefined) return this.#really(name, args);
		this.met.push(fault);
		const error = Object.assign(new Error(`EIO: injected, ${name} ${call}`), { code: 'EIO' });
		if (fault.how === 'half') {
			const [fd, data, offset] = args as [number, Uint8Array, number];
			nodeFileSystem.writeSync(fd, data.subarray(0, Math.floor(data.length / 2)), offset);
		}
		if (fault.how !== 'after') throw error;
		const done = this.#really(name, args);
		if (!(done instanceof Promise)) throw error;
		return done.then(() => {
			throw error;
		});
	}

	#really(name: Operation, args: unknown[]): unknown {
		// The disk itself is not waited for: that is slow, and changes nothing that a process can see.
		if (name === 'sync') return Promise.resolve();
		if (name === 'syncFolderSync') return undefined;
		const result = (nodeFileSystem[name] as (...all: unknown[]) => unknown)(...args);
		if (name === 'createSync' || name === 'openSync') this.descriptors.add(result as number);
		if (name === 'closeSync') this.descriptors.delete(args[0] as number);
		if (name === 'holdLockSync' && result !== undefined) {
			const lock = result as Lock;
			this.locks.add(lock);
			return {
				release: () => {
					this.locks.delete(lock);
					lock.release();
				},
			};
		}
		return result;
	}
}

/** Records that are to be delivered, each once. */
class Records {
	readonly all: string[] = [];
	readonly delivered: string[] = [];

	/** Returns frames with one new record each. */
	make(count: number): Frame[] {
		return Array.from({ length: count }, () => {
			const record = `record ${this.all.length}`.padEnd(40, '.');
			this.all.push(record);
			return { encoding: 'json', count: 1, time: 1, body: Buffer.from(record) };
		});
	}
}

/** One process, which tries again what fails, as the pipeline does. */
class Process {
	readonly journal: Journal;
	readonly held: Entry[] = [];
	readonly #records: Records;

	constructor(files: FileSystem, records: Records) {
		this.#records = records;
		this.journal = createJournal(directory, { files, fsync: 'always', segmentBytes: 700 }).journal;
	}

	/** Appends new records. What cannot be written stays in memory, and is appended again. */
	async append(count: number, sync = false): Promise<void> {
		const frames = this.#records.make(count);
		for (let tries = 0; ; tries++) {
			try {
				this.held.push(...(sync ? this.journal.appendSync(frames) : await this.journal.append(frames)));
				return;
			} catch (error) {
				if (tries > 2) throw error;
			}
		}
	}

	/** Delivers up to `count` records, the oldest first. */
	async deliver(count: number): Promise<void> {
		for (const entry of this.held.splice(0, count)) {
			// From the disk, as if memory were short.
			entry.body = undefined;
			const body = await this.#read(entry);
			this.#records.delivered.push(Buffer.from(body).toString());
			await this.journal.markDone(entry, 'acknowledged');
		}
	}

	async #read(entry: Entry): Promise<Uint8Array> {
		try {
			return await this.journal.read(entry);
		} catch {
			return await this.journal.read(entry);
		}
	}

	/** Adopts what others have left, now and once more as after 30 seconds. */
	async adopt(): Promise<void> {
		for (let runs = 0; runs < 2; runs++) this.held.push(...(await adoptedBy(this.journal)));
		await this.journal.applyRetention();
	}
}

/** Makes the owners in the directory look as those of a process that was killed with its machine. */
function bury(files: SweptFileSystem): void {
	for (const lock of files.locks) lock.release();
	files.locks.clear();
	for (const fd of files.descriptors) nodeFileSystem.closeSync(fd);
	files.descriptors.clear();
	for (const name of readdirSync(directory)) {
		if (!name.endsWith('.owner')) continue;
		const path = join(directory, name);
		writeFileSync(path, readFileSync(path, 'utf8').replace(/"boot":"[^"]*"/, '"boot":"another"'));
	}
}

/** Runs the processes with these faults. */
async function live(faults: readonly Fault[]) {
	rmSync(directory, { recursive: true, force: true });
	nodeFileSystem.makeFolderSync(directory);
	const files = new SweptFileSystem(faults);
	const records = new Records();

	// The first one is killed.
	const killed = new Process(files.forProcess(), records);
	await killed.append(3);
	await killed.append(2);
	await killed.deliver(2);
	await killed.append(6);
	await killed.append(1, true);
	await killed.deliver(4);
	bury(files);

	// The next one adopts a part of that, makes its own, and ends in an orderly way.
	const next = new Process(files.forProcess(), records);
	await next.adopt();
	await next.append(2);
	await next.deliver(3);
	await next.append(3, true);
	await next.deliver(2);
	next.journal.settleSync();
	next.journal.closeSync();

	// Two at the same time, one of which delivers all that is left.
	const idle = new Process(files.forProcess(), records);
	await idle.append(1);
	const last = new Process(files.forProcess(), records);
	await last.adopt();
	await last.append(1);
	await last.deliver(99);
	await idle.deliver(99);
	await last.journal.sync();
	last.journal.closeSync();
	idle.journal.closeSync();
	// What is removed in the background.
	await sleep(1);

	// Without a fault, and so at the latest: what an adoption that failed has left.
	const heir = new Process(new SweptFileSystem([]).forProcess(), records);
	await heir.adopt();
	const left = heir.held.length;
	await heir.deliver(99);
	heir.journal.closeSync();
	await sleep(1);
	return { files, records, left };
}

async function holds(faults: readonly Fault[]): Promise<void> {
	const { files, records } = await live(faults);
	const what = JSON.stringify(faults);
	expect([what, files.met.length]).toEqual([what, faults.length]);
	expect([what, [...records.delivered].sort()]).toEqual([what, [...records.all].sort()]);
	expect([what, files.descriptors.size, files.locks.size]).toEqual([what, 0, 0]);
	expect([what, readdirSync(directory).filter((name) => name.endsWith('.segment'))]).toEqual([what, []]);
}

/** The operations that happen only after a fault of another one. */
const AFTER_FAULTS: readonly Operation[] = ['truncateSync', 'linkCountSync'];

const OPERATIONS = (Object.keys(nodeFileSystem) as Operation[]).filter((name) => !AFTER_FAULTS.includes(name));

describe('the life of processes on one directory', () => {
	it('delivers each record once without a fault, and leaves nothing', async () => {
		await holds([]);
		const { files, left } = await live([]);
		expect(left).toBe(0);
		for (const operation of OPERATIONS)
			expect([operation, files.calls.get(operation) ?? 0]).not.toEqual([operation, 0]);
		expect(readdirSync(directory)).toEqual([]);
	});

	it.each(OPERATIONS)('delivers each record once if %s fails once, at each of its calls', async (operation) => {
		const { files } = await live([]);
		const calls = files.calls.get(operation) ?? 0;
		expect(calls).toBeGreaterThan(0);
		for (let call = 0; call < calls; call++) {
			// Linux closes a descriptor although it reports an error.
			if (operation !== 'closeSync') await holds([{ operation, call, how: 'before' }]);
			if (WRITES.includes(operation)) await holds([{ operation, call, how: 'half' }]);
			if (operation === 'sync' || operation === 'closeSync') await holds([{ operation, call, how: 'after' }]);
		}
	});

	it.each(WRITES)('delivers each record once if %s fails and what it wrote cannot be cut off', async (operation) => {
		const { files } = await live([]);
		let met = 0;
		for (let call = 0; call < (files.calls.get(operation) ?? 0); call++) {
			for (const how of ['half', 'after'] as const) {
				const { files: faulty, records } = await live([
					{ operation, call, how },
					{ operation: 'truncateSync', call: 0, how: 'before' },
				]);
				met += faulty.met.length - 1;
				const what = `${operation} ${call} ${how}`;
				expect([what, [...records.delivered].sort()]).toEqual([what, [...records.all].sort()]);
				expect([what, faulty.descriptors.size, faulty.locks.size]).toEqual([what, 0, 0]);
			}
		}
		// Not each write is one that is cut off: a state byte is written again.
		expect(met).toBeGreaterThan(4);
	});
});
