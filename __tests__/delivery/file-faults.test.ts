import { readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { diag } from '@opentelemetry/api';
import { type Files, realFiles } from '../../delivery/journal/file-system.js';
import { Journal } from '../../delivery/journal/journal.js';
import { SignalPipeline } from '../../delivery/pipeline.js';
import type { SignalCounts } from '../../sdk/index.js';
import { temporary } from '../support/children.js';
import { heard } from '../support/providers.js';

let directory: string;
let said: string[];
let lanes: SignalPipeline<string>[];

beforeEach(() => {
	directory = temporary();
	said = heard();
	lanes = [];
});
afterEach(async () => {
	for (const lane of lanes) await lane.shutdown();
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

/** A file system of which some operations fail, as a disk that is dying or a process without descriptors has it. */
class Faulty {
	readonly failing = new Map<keyof Files, string>();
	/** How often an operation failed. */
	met = 0;
	readonly files: Files;

	constructor() {
		this.files = Object.fromEntries(
			Object.entries(realFiles).map(([name, does]) => [
				name,
				(...args: unknown[]) => {
					const code = this.failing.get(name as keyof Files);
					if (code === undefined) return (does as (...args: unknown[]) => unknown)(...args);
					this.met += 1;
					const error = Object.assign(new Error(`${code}: injected, ${name}`), { code });
					if (/Sync$/.test(name)) throw error;
					return Promise.reject(error);
				},
			]),
		) as Files;
	}

	fail(code: string, ...names: (keyof Files)[]): void {
		for (const name of names) this.failing.set(name, code);
	}

	heal(): void {
		this.failing.clear();
	}
}

/** A lane of texts, with a backend that is there or not. */
function laneOn(disk: Faulty, { away = true, keep = true, heir = false } = {}) {
	const got: string[] = [];
	const weather = { away };
	const lane = new SignalPipeline<string>({
		...{ what: 'texts', encoding: 'json', batch: 5, maxQueued: 1e6, delayMs: 10, windowMs: 5, adoptMs: 50 },
		// So little that a body on the disk is nowhere else.
		maxQueueBytes: keep ? 1e6 : 600,
		encode: (records) => Buffer.from(`{"texts":[${records.map((text) => JSON.stringify(text)).join(',')}]}\n`),
		ready: () => undefined,
		sizeOf: (text) => text.length,
		transport: {
			send: async (body) => {
				if (weather.away) return { kind: 'later', error: new Error('away'), afterMs: 20 };
				got.push(...JSON.parse(Buffer.from(body).toString()).texts);
				return { kind: 'taken', refused: 0 };
			},
			close: () => undefined,
		},
		watch: {
			shown: 'there',
			failed: () => undefined,
			delivered: () => undefined,
			refused: () => undefined,
			reasonOf: String,
		},
		journal: (onLost) =>
			new Journal({
				...{ directory, maxBytes: 1e9, maxAge: 1e9, fsync: 'always', segmentBytes: 400, files: disk.files },
				...{ onLost, onStrange: () => undefined },
				// Those before it were of this very process, which lives.
				...(heir && { lives: async () => false }),
			}),
	});
	lanes.push(lane);
	const counts = (): SignalCounts & { onDisk: number } => {
		const { onDisk = 0, ...rest } = lane.stats();
		expect(rest.made).toBe(rest.written + rest.queued + onDisk + rest.dropped);
		return { ...rest, onDisk };
	};
	const until = async (holds: (now: ReturnType<typeof counts>) => boolean) => {
		for (const limit = Date.now() + 60_000; !holds(counts()); ) {
			if (Date.now() > limit) throw new Error(`${holds}: ${JSON.stringify(counts())}`);
			await sleep(10);
		}
		return counts();
	};
	return { lane, got, weather, counts, until };
}

const texts = (count: number, prefix = 'text') => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

const OPERATIONS = (Object.keys(realFiles) as (keyof Files)[]).map((name) => [name] as const);

/** What a process that only makes and sends meets of it. */
const WRITING: readonly (keyof Files)[] = ['makeFolderSync', 'createSync', 'writeSync', 'write', 'sync'];

describe.each(OPERATIONS)('a file system on which %s fails with EIO', (name) => {
	it('costs nothing while the process lives: all is delivered once, by memory or by disk', async () => {
		const disk = new Faulty();
		disk.fail('EIO', name);
		const { lane, got, weather, counts, until } = laneOn(disk);
		for (const text of texts(20)) lane.push(text);
		await lane.flush();
		lane.settle('perhaps');
		expect(counts()).toMatchObject({ made: 20, written: 0, dropped: 0 });
		if (WRITING.includes(name)) expect(disk.met).toBeGreaterThan(0);
		weather.away = false;
		await until(({ written }) => written === 20);
		for (const text of texts(5, 'later')) lane.push(text);
		await until(({ written }) => written === 25);
		expect([...got].sort()).toEqual([...texts(20), ...texts(5, 'later')].sort());
		await lane.shutdown();
		expect(counts()).toMatchObject({ made: 25, written: 25, queued: 0, onDisk: 0, dropped: 0 });
		// Said once, however often it was met.
		expect(said.length).toBeLessThanOrEqual(1);
	});

	it('and at an end with the backend away costs what is counted as lost, and no more', async () => {
		const disk = new Faulty();
		disk.fail('EIO', name);
		const first = laneOn(disk);
		for (const text of texts(20)) first.lane.push(text);
		first.lane.settle('last');
		await first.lane.shutdown();
		const { queued, onDisk, dropped, droppedBy } = first.counts();
		expect({ queued, droppedBy }).toEqual({ queued: 0, droppedBy: dropped > 0 ? { undelivered: dropped } : {} });
		expect(onDisk).toBe(20 - dropped);
		const heir = laneOn(new Faulty(), { away: false, heir: true });
		await heir.until(({ written }) => written === onDisk);
		await sleep(100);
		expect([new Set(heir.got).size, heir.got.length]).toEqual([onDisk, onDisk]);
	});

	it('while orphans are looked for leaves them to the next look', async () => {
		const dead = laneOn(new Faulty());
		for (const text of texts(20)) dead.lane.push(text);
		await dead.lane.shutdown();
		expect(dead.counts().onDisk).toBe(20);
		const disk = new Faulty();
		disk.fail('EIO', name);
		const { got, until } = laneOn(disk, { away: false });
		await sleep(150);
		disk.heal();
		// A lock that could not be seen gone, or a file that could not be removed, is another's to adopt once more.
		await until(() => new Set(got).size === 20);
		expect(new Set(got)).toEqual(new Set(texts(20)));
	});
});

describe('a body that is on the disk alone', () => {
	const READS = ['openSync', 'read'] as const;

	it.each(['EMFILE', 'EACCES', 'ENOMEM'])(
		'waits as long as it takes where it cannot be read for %s, which says nothing of the file',
		async (code) => {
			const disk = new Faulty();
			const { lane, got, weather, counts, until } = laneOn(disk, { keep: false });
			for (const text of texts(100)) lane.push(text);
			await until(({ onDisk, queued }) => onDisk === 100 && queued === 0);
			disk.fail(code, ...READS);
			weather.away = false;
			const before = disk.met;
			await until(() => disk.met > before + 20);
			expect(counts().dropped).toBe(0);
			disk.heal();
			await until(({ written }) => written === 100);
			expect([...got].sort()).toEqual(texts(100).sort());
			expect(said).toEqual([]);
		},
	);

	it('is given up on a disk that fails, does not hold up what follows, and is counted', async () => {
		const disk = new Faulty();
		const { lane, got, weather, counts, until } = laneOn(disk, { keep: false });
		for (const text of texts(100)) lane.push(text);
		await until(({ onDisk, queued }) => onDisk === 100 && queued === 0);
		disk.fail('EIO', ...READS);
		weather.away = false;
		await until(({ droppedBy: { unreadable = 0 } }) => unreadable > 0);
		disk.heal();
		await until(({ queued, onDisk }) => queued + onDisk === 0);
		for (const text of texts(5, 'later')) lane.push(text);
		await until(({ written }) => written === got.length && got.includes('later 4'));
		const { written, dropped, droppedBy } = counts();
		expect([written + dropped, droppedBy]).toEqual([105, { unreadable: dropped }]);
		expect(said).toEqual([expect.stringMatching(/what waited on disk to be sent was removed or damaged.*EIO/)]);
	});

	it('is lost where somebody removed it, and said so at once', async () => {
		const disk = new Faulty();
		const { lane, weather, until } = laneOn(disk, { keep: false });
		for (const text of texts(100)) lane.push(text);
		await until(({ onDisk, queued }) => onDisk === 100 && queued === 0);
		for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`);
		weather.away = false;
		const { written, dropped, droppedBy } = await until(({ queued, onDisk }) => queued + onDisk === 0);
		expect([written + dropped, droppedBy]).toEqual([100, { unreadable: dropped }]);
		expect(dropped).toBeGreaterThan(0);
	});
});
