import { readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type FileSystem, nodeFileSystem } from '../../delivery/journal/files/file-system.js';
import { SignalPipeline } from '../../delivery/pipeline.js';
import type { SignalCounts } from '../../sdk/index.js';
import { temporary } from '../support/children.js';
import { createJournal } from '../support/journals.js';
import { captureLogs } from '../support/providers.js';

let directory: string;
let logged: string[];
let pipelines: SignalPipeline<string>[];

beforeEach(() => {
	directory = temporary();
	logged = captureLogs();
	pipelines = [];
});
afterEach(async () => {
	for (const pipeline of pipelines) await pipeline.shutdown();
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

/** A file system of which some operations fail, as with a broken disk or a process without descriptors. */
class Faulty {
	readonly failing = new Map<keyof FileSystem, string>();
	/** How often an operation failed. */
	failures = 0;
	readonly files: FileSystem;

	constructor() {
		this.files = Object.fromEntries(
			Object.entries(nodeFileSystem).map(([name, does]) => [
				name,
				(...args: unknown[]) => {
					const code = this.failing.get(name as keyof FileSystem);
					if (code === undefined) return (does as (...args: unknown[]) => unknown)(...args);
					this.failures += 1;
					const error = Object.assign(new Error(`${code}: injected, ${name}`), { code });
					if (/Sync$/.test(name)) throw error;
					return Promise.reject(error);
				},
			]),
		) as FileSystem;
	}

	fail(code: string, ...names: (keyof FileSystem)[]): void {
		for (const name of names) this.failing.set(name, code);
	}

	heal(): void {
		this.failing.clear();
	}
}

/** A pipeline of texts. Its backend is reachable or not. */
function pipelineOn(disk: Faulty, { unreachable = true, keep = true, adopter = false } = {}) {
	const received: string[] = [];
	const backend = { unreachable };
	const pipeline = new SignalPipeline<string>({
		...{
			recordName: 'texts',
			encoding: 'json',
			batch: 5,
			maxQueued: 1e6,
			delayMs: 10,
			windowMs: 5,
			adoptIntervalMs: 50,
		},
		// So little that a body on disk does not stay in memory.
		maxQueueBytes: keep ? 1e6 : 600,
		encode: (records) => Buffer.from(`{"texts":[${records.map((text) => JSON.stringify(text)).join(',')}]}\n`),
		ready: () => undefined,
		sizeOf: (text) => text.length,
		transport: {
			send: async (body) => {
				if (backend.unreachable) return { kind: 'retry', error: new Error('unreachable'), afterMs: 20 };
				received.push(...JSON.parse(Buffer.from(body).toString()).texts);
				return { kind: 'accepted', rejected: 0 };
			},
			close: () => undefined,
		},
		observer: {
			target: 'there',
			failed: () => undefined,
			failedAlone: () => undefined,
			delivered: () => undefined,
			refused: () => undefined,
			reasonOf: String,
		},
		journal: (onLost) =>
			createJournal(directory, {
				...{ fsync: 'always', segmentBytes: 1200, files: disk.files, onLost },
				// The owners before it are of this process, which lives.
				...(adopter && { isAlive: async () => false }),
			}).journal,
	});
	pipelines.push(pipeline);
	const counts = (): SignalCounts & { onDisk: number } => {
		const { onDisk = 0, ...rest } = pipeline.stats();
		expect(rest.created).toBe(rest.delivered + rest.queued + onDisk + rest.dropped);
		return { ...rest, onDisk };
	};
	const until = async (holds: (now: ReturnType<typeof counts>) => boolean) => {
		for (const limit = Date.now() + 60_000; !holds(counts()); ) {
			if (Date.now() > limit) throw new Error(`${holds}: ${JSON.stringify(counts())}`);
			await sleep(10);
		}
		return counts();
	};
	return { pipeline, received, backend, counts, until };
}

const texts = (count: number, prefix = 'text') => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

const OPERATIONS = (Object.keys(nodeFileSystem) as (keyof FileSystem)[]).map((name) => [name] as const);

/** The operations that a process uses which only creates records and sends them. */
const WRITING: readonly (keyof FileSystem)[] = ['makeFolderSync', 'createSync', 'writeSync', 'write', 'sync'];

describe.each(OPERATIONS)('a file system on which %s fails with EIO', (name) => {
	it('loses nothing while the process lives: everything is delivered once, from memory or from disk', async () => {
		const disk = new Faulty();
		disk.fail('EIO', name);
		const { pipeline, received, backend, counts, until } = pipelineOn(disk);
		for (const text of texts(20)) pipeline.push(text);
		await pipeline.flush();
		pipeline.settle('maybe');
		expect(counts()).toMatchObject({ created: 20, delivered: 0, dropped: 0 });
		if (WRITING.includes(name)) expect(disk.failures).toBeGreaterThan(0);
		backend.unreachable = false;
		await until(({ delivered }) => delivered === 20);
		for (const text of texts(5, 'second')) pipeline.push(text);
		await until(({ delivered }) => delivered === 25);
		expect([...received].sort()).toEqual([...texts(20), ...texts(5, 'second')].sort());
		await pipeline.shutdown();
		expect(counts()).toMatchObject({ created: 25, delivered: 25, queued: 0, onDisk: 0, dropped: 0 });
		// Logged once, however often it happens.
		expect(logged.length).toBeLessThanOrEqual(1);
	});

	it('loses what is counted as lost and no more, if the process ends while the backend is unreachable', async () => {
		const disk = new Faulty();
		disk.fail('EIO', name);
		const first = pipelineOn(disk);
		for (const text of texts(20)) first.pipeline.push(text);
		first.pipeline.settle('final');
		await first.pipeline.shutdown();
		const { queued, onDisk, dropped, droppedBy } = first.counts();
		expect({ queued, droppedBy }).toEqual({ queued: 0, droppedBy: dropped > 0 ? { undelivered: dropped } : {} });
		expect(onDisk).toBe(20 - dropped);
		const adopter = pipelineOn(new Faulty(), { unreachable: false, adopter: true });
		await adopter.until(({ delivered }) => delivered === onDisk);
		await sleep(100);
		expect([new Set(adopter.received).size, adopter.received.length]).toEqual([onDisk, onDisk]);
	});

	it('leaves orphans to the next search if it fails during a search', async () => {
		const exited = pipelineOn(new Faulty());
		for (const text of texts(20)) exited.pipeline.push(text);
		await exited.pipeline.shutdown();
		expect(exited.counts().onDisk).toBe(20);
		const disk = new Faulty();
		disk.fail('EIO', name);
		const { received, until } = pipelineOn(disk, { unreachable: false });
		await sleep(150);
		disk.heal();
		// A segment that could not be removed after it was sent is adopted once more, so texts may arrive twice.
		await until(() => new Set(received).size === 20);
		expect(new Set(received)).toEqual(new Set(texts(20)));
	});
});

describe('a body that is on disk only', () => {
	const READS = ['openSync', 'read'] as const;

	it.each(['EMFILE', 'EACCES', 'ENOMEM'])(
		'waits as long as it cannot be read for %s, which is no fault of the file',
		async (code) => {
			const disk = new Faulty();
			const { pipeline, received, backend, counts, until } = pipelineOn(disk, { keep: false });
			for (const text of texts(100)) pipeline.push(text);
			await until(({ onDisk, queued }) => onDisk === 100 && queued === 0);
			disk.fail(code, ...READS);
			backend.unreachable = false;
			const before = disk.failures;
			await until(() => disk.failures > before + 20);
			expect(counts().dropped).toBe(0);
			disk.heal();
			await until(({ delivered }) => delivered === 100);
			expect([...received].sort()).toEqual(texts(100).sort());
			expect(logged).toEqual([]);
		},
	);

	it('is dropped and counted on a disk that fails, and does not hold up what follows', async () => {
		const disk = new Faulty();
		const { pipeline, received, backend, counts, until } = pipelineOn(disk, { keep: false });
		for (const text of texts(100)) pipeline.push(text);
		await until(({ onDisk, queued }) => onDisk === 100 && queued === 0);
		disk.fail('EIO', ...READS);
		backend.unreachable = false;
		await until(({ droppedBy: { unreadable = 0 } }) => unreadable > 0);
		disk.heal();
		await until(({ queued, onDisk }) => queued + onDisk === 0);
		for (const text of texts(5, 'second')) pipeline.push(text);
		await until(({ delivered }) => delivered === received.length && received.includes('second 4'));
		const { delivered, dropped, droppedBy } = counts();
		expect([delivered + dropped, droppedBy]).toEqual([105, { unreadable: dropped }]);
		expect(logged).toEqual([expect.stringMatching(/what waited on disk to be sent was removed or damaged.*EIO/)]);
	});

	it('is dropped and counted at once if its file was removed', async () => {
		const disk = new Faulty();
		const { pipeline, backend, until } = pipelineOn(disk, { keep: false });
		for (const text of texts(100)) pipeline.push(text);
		await until(({ onDisk, queued }) => onDisk === 100 && queued === 0);
		for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`);
		backend.unreachable = false;
		const { delivered, dropped, droppedBy } = await until(({ queued, onDisk }) => queued + onDisk === 0);
		expect([delivered + dropped, droppedBy]).toEqual([100, { unreadable: dropped }]);
		expect(dropped).toBeGreaterThan(0);
	});
});
