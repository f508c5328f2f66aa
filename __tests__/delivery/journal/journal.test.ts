import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from '../../../delivery/journal/files/file-system.js';
import type { Frame } from '../../../delivery/journal/segments/frame.js';
import { type Entry, parseSegmentName } from '../../../delivery/journal/segments/segment.js';
import { temporary } from '../../support/children.js';
import { adoptedBy, createJournal } from '../../support/journals.js';
import { until } from '../../support/misbehaving.js';

const MIB = 2 ** 20;

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const segments = () => readdirSync(directory).filter((name) => parseSegmentName(name) !== undefined);

const frame = (size = 100): Frame => ({ encoding: 'json', count: 1, time: 1, body: Buffer.alloc(size, 'x') });

const done = async (entries: Entry[], journal: ReturnType<typeof createJournal>['journal']) => {
	for (const entry of entries) await journal.markDone(entry, 'acknowledged');
};

describe('a segment', () => {
	it.each<[string, number, number, number[]]>([
		['4 MiB', 256 * MIB, MIB, [1, 1, 1, 1, 2]],
		['an eighth of the bound of the folder', 8 * MIB, MIB / 2, [1, 1, 2, 2, 3]],
		['64 KiB, however small that bound is', 1000, 40_000, [1, 1, 2, 2, 3]],
	])('is left for a new one at %s', async (_, maxBytes, size, expected) => {
		const { journal } = createJournal(directory, { maxBytes });
		const files: number[] = [];
		for (let i = 0; i < 5; i++) {
			await journal.append([frame(size)]);
			files.push(segments().length);
		}
		expect(files).toEqual(expected);
		journal.closeSync();
	});

	it('that is done is removed as soon as it is larger than a quarter, and used further before', async () => {
		const { journal } = createJournal(directory, { segmentBytes: 4000 });
		await done(await journal.append([frame(200)]), journal);
		const [first = ''] = segments();
		await done(await journal.append([frame(200)]), journal);
		expect(segments()).toEqual([first]);
		await done(await journal.append([frame(800)]), journal);
		await until(() => segments().length === 0);
		journal.closeSync();
	});

	it('has mode 0600, and one write for all frames of a call', async () => {
		const writes: number[] = [];
		const files: FileSystem = {
			...nodeFileSystem,
			write: async (fd, data, offset) => {
				writes.push(data.length);
				await nodeFileSystem.write(fd, data, offset);
			},
		};
		const { journal } = createJournal(directory, { files });
		await journal.append([frame(), frame(), frame()]);
		expect(writes).toEqual([Math.ceil((64 + 3 * (33 + 100)) / 64) * 64]);
		expect(statSync(join(directory, segments()[0] ?? '')).mode & 0o777).toBe(0o600);
		journal.closeSync();
	});
});

describe('a journal that is closed while it writes', () => {
	it('removes a segment whose last write fails afterwards', async () => {
		let fail: (error: Error) => void = () => undefined;
		const files: FileSystem = {
			...nodeFileSystem,
			write: () =>
				new Promise((_, reject) => {
					fail = reject;
				}),
		};
		const { journal } = createJournal(directory, { files, segmentBytes: 10 });
		const appended = journal.append([frame()]);
		await until(() => segments().length === 1);
		journal.closeSync();
		expect(segments()).toHaveLength(1);
		fail(new Error('EIO'));
		await expect(appended).rejects.toThrow('EIO');
		await until(() => segments().length === 0);
	});

	it('leaves what settleSync() has written to the next process, once', async () => {
		let open: () => void = () => undefined;
		const files: FileSystem = {
			...nodeFileSystem,
			write: async (fd, data, offset) => {
				await new Promise<void>((resolve) => {
					open = resolve;
				});
				await nodeFileSystem.write(fd, data, offset);
			},
		};
		const { journal } = createJournal(directory, { files });
		const appended = journal.append([frame(), frame()]);
		await until(() => segments().length === 1);
		expect(journal.settleSync()).toHaveLength(2);
		journal.closeSync();
		open();
		await appended;
		const { journal: next } = createJournal(directory);
		expect(await adoptedBy(next)).toHaveLength(2);
		next.closeSync();
	});
});

describe('retention', () => {
	it('drops the oldest segments until the folder has at most maxBytes, those of others included', async () => {
		const { journal: other } = createJournal(directory, { isAlive: async () => true });
		await other.append([frame(100_000)]);
		let now = 1;
		const { journal, reports } = createJournal(directory, {
			...{ maxBytes: 250_000, segmentBytes: 1000, isAlive: async () => true },
			now: () => ({ wall: 1.8e12, sinceBoot: now, boot: undefined }),
		});
		for (let i = 0; i < 3; i++) {
			now += 1;
			await journal.append([frame(70_000)]);
		}
		await journal.applyRetention();
		expect(reports).toEqual([['lost', 1, 'disk']]);
		await until(() => segments().length === 3);
		expect(journal.size).toBe(2 * (64 + Math.ceil((64 + 33 + 70_000) / 64) * 64));
		journal.closeSync();
		other.closeSync();
	});

	it('drops what is older than maxAge, the segment that is written to as well', async () => {
		let now = 0;
		const { journal, reports } = createJournal(directory, {
			maxAge: 1000,
			now: () => ({ wall: 1.8e12, sinceBoot: now, boot: undefined }),
		});
		await journal.append([frame(), frame()]);
		now = 1000;
		await journal.applyRetention();
		expect(reports).toEqual([]);
		now = 1001;
		await journal.applyRetention();
		expect(reports).toEqual([['lost', 2, 'age']]);
		await until(() => segments().length === 0);
		await journal.append([frame()]);
		expect(segments()).toHaveLength(1);
		journal.closeSync();
	});
});

describe('a file that is not at its path', () => {
	it('was adopted if it has another name: its frames are reported, and a new segment is written', async () => {
		const { journal, reports } = createJournal(directory);
		await journal.append([frame(), frame()]);
		const [name = ''] = segments();
		renameSync(join(directory, name), join(directory, 'elsewhere'));
		await journal.append([frame()]);
		expect([reports, segments().length, segments()[0] === name]).toEqual([[['lost', 2, 'adopted']], 1, false]);
		journal.closeSync();
	});

	it('was removed if it has none: its frames are still sent from memory', async () => {
		const { journal, reports } = createJournal(directory);
		const [entry] = await journal.append([frame()]);
		rmSync(join(directory, segments()[0] ?? ''));
		await journal.append([frame()]);
		expect([reports, entry !== undefined && (await journal.read(entry)).length]).toEqual([[], 100]);
		journal.closeSync();
	});
});

describe('fsync', () => {
	it.each([
		['never', 0, 0],
		['interval', 0, 1],
		['always', 1, 2],
	] as const)(
		'%s waits for the disk %i times at an append, and in all %i times until sync() is called',
		async (fsync, atAppend, later) => {
			let synced = 0;
			let folders = 0;
			const files: FileSystem = {
				...nodeFileSystem,
				sync: async () => {
					synced += 1;
				},
				syncFolderSync: () => {
					folders += 1;
				},
			};
			const { journal } = createJournal(directory, { files, fsync });
			await journal.append([frame()]);
			expect([synced, folders]).toEqual([atAppend, fsync === 'never' ? 0 : 1]);
			await journal.sync();
			expect(synced).toBe(later);
			journal.closeSync();
		},
	);
});
