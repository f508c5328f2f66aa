import { execFileSync } from 'node:child_process';
import {
	chownSync,
	fchownSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Moment } from '../../../delivery/common/age.js';
import { learnUid } from '../../../delivery/common/trusted-file.js';
import { nodeFileSystem } from '../../../delivery/journal/files/file-system.js';
import type { JournalOptions } from '../../../delivery/journal/journal.js';
import { PREAMBLE, UNIT } from '../../../delivery/journal/segments/frame.js';
import { temporary } from '../../support/children.js';
import { adoptedBy, createJournal } from '../../support/journals.js';

const DAY = 864e5;

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** The name of a segment of a process that is gone. */
const nameOf = (number: number) => `20260101T00000000${number}Z-1-aaaaaaaaaaaa-${number}.segment`;

/** Leaves a segment with these bodies, as a process that has released its lease. Returns its path. */
async function leave(bodies: readonly string[], options: Partial<JournalOptions> = {}): Promise<string> {
	const before = new Set(readdirSync(directory));
	const { journal } = createJournal(directory, options);
	await journal.append(bodies.map((body) => ({ encoding: 'json', count: 1, time: 1, body: Buffer.from(body) })));
	journal.closeSync();
	const [name = ''] = readdirSync(directory).filter((one) => !before.has(one));
	return join(directory, name);
}

/** Resolves to the bodies that the next process adopts, and to its reports. */
async function adopt(options: Partial<JournalOptions> = {}) {
	const { journal, reports } = createJournal(directory, options);
	const entries = await adoptedBy(journal);
	const bodies = await Promise.all(entries.map(async (entry) => Buffer.from(await journal.read(entry)).toString()));
	await journal.applyRetention();
	for (const entry of entries) await journal.markDone(entry, 'acknowledged');
	journal.closeSync();
	return { bodies, reports };
}

const left = () => readdirSync(directory).sort();

describe('an adoption', () => {
	it('finds what a process has left, the oldest segment first, and removes it with its last frame', async () => {
		await leave(['a', 'b'], { now: () => ({ wall: 2e12, sinceBoot: 1, boot: undefined }) });
		await leave(['c'], { now: () => ({ wall: 1.9e12, sinceBoot: 1, boot: undefined }) });
		expect(await adopt()).toEqual({ bodies: ['c', 'a', 'b'], reports: [] });
		expect(left()).toEqual([]);
	});

	it.each<[string, (path: string) => unknown, string]>([
		['a named pipe', (path) => execFileSync('mkfifo', [path]), 'is a named pipe'],
		['a link to /dev/zero', (path) => symlinkSync('/dev/zero', path), 'is a symbolic link'],
		['a link to a file', (path) => symlinkSync('/etc/passwd', path), 'is a symbolic link'],
		['a directory', (path) => mkdirSync(path), 'is a directory'],
		[
			'sparse',
			(path) => {
				writeFileSync(path, PREAMBLE);
				truncateSync(path, 1.5 * 2 ** 30);
			},
			'has 1610612736 bytes, more than the 1073741824 that it may have',
		],
	])('leaves a name that is %s as it is, reports it, and finds the others', async (_, make, reason) => {
		const path = join(directory, nameOf(0));
		make(path);
		await leave(['good']);
		const { bodies, reports } = await adopt({ maxBytes: 1e6 });
		expect([bodies, reports]).toEqual([['good'], [['untrusted', path, reason]]]);
		expect(left()).toEqual([nameOf(0)]);
	});

	(process.getuid?.() === 0 ? describe : describe.skip)('of a file of another user', () => {
		it('leaves it as it is, and reports it', async () => {
			const path = await leave(['foreign']);
			chownSync(path, 64322, 64322);
			expect(await adopt()).toEqual({ bodies: [], reports: [['untrusted', path, 'belongs to the user 64322']] });
			expect(left()).toEqual([path.slice(directory.length + 1)]);
		});

		it('takes it if the file system stores that user for the files of this process too', async () => {
			const path = await leave(['mapped']);
			chownSync(path, 64323, 64323);
			const files = {
				...nodeFileSystem,
				createSync: (name: string) => {
					const fd = nodeFileSystem.createSync(name);
					fchownSync(fd, 64323, 64323);
					learnUid(fd);
					return fd;
				},
			};
			expect(await adopt({ files })).toEqual({ bodies: ['mapped'], reports: [] });
			expect(left()).toEqual([]);
		});
	});

	it('leaves a segment of another signal as it is, and reports it', async () => {
		const path = await leave(['point'], { signal: 'metrics' });
		expect(await adopt()).toEqual({
			bodies: [],
			reports: [['untrusted', path, 'holds metrics in a folder of traces']],
		});
		expect((await adopt({ signal: 'metrics' })).bodies).toEqual(['point']);
	});

	it('finds what is whole in a damaged segment, and reports how much is not', async () => {
		const path = await leave(['first', 'second']);
		const { journal } = createJournal(directory);
		journal.closeSync();
		const bytes = readFileSync(path);
		bytes.fill(0xff, UNIT, UNIT + 20);
		writeFileSync(path, bytes);
		const { bodies, reports } = await adopt();
		expect([bodies, reports]).toEqual([[], [['damaged', path, 1, bytes.length - UNIT]]]);
		// Nothing of it can ever be read.
		expect(left()).toEqual([]);
	});

	it.each([0, 5, PREAMBLE.length, UNIT - 1])('removes a segment that was cut off after %i bytes', async (length) => {
		const path = await leave(['never written']);
		truncateSync(path, length);
		const { bodies, reports } = await adopt();
		expect([bodies, reports]).toEqual([[], length === 0 ? [] : [['damaged', path, 1, length]]]);
		expect(left()).toEqual([]);
	});

	it('leaves a file of another version, or of none, as it is, with the owner of its name', async () => {
		writeFileSync(join(directory, nameOf(0)), 'agentese-otel/1\nold');
		writeFileSync(join(directory, nameOf(1)), 'something else that is longer than a preamble');
		writeFileSync(join(directory, '1-aaaaaaaaaaaa.owner'), `{"pid":1,"boot":"another"}\n`);
		expect((await adopt()).reports).toEqual([
			['version', join(directory, nameOf(0)), 1],
			['version', join(directory, nameOf(1)), undefined],
		]);
		expect(left()).toEqual(['1-aaaaaaaaaaaa.owner', nameOf(0), nameOf(1)]);
	});

	it('removes the files of an owner that has exited, although it left no segment', async () => {
		writeFileSync(join(directory, '1-aaaaaaaaaaaa.owner'), `{"pid":1,"boot":"another"}\n`);
		writeFileSync(join(directory, '2-bbbbbbbbbbbb.lock'), '');
		writeFileSync(join(directory, 'other'), '');
		await adopt();
		expect(left()).toEqual(['other']);
	});

	it('in progress finds nothing more after the journal was closed', async () => {
		await leave(['a']);
		const { journal } = createJournal(directory);
		const adopted = adoptedBy(journal);
		journal.closeSync();
		expect(await adopted).toEqual([]);
		expect((await adopt()).bodies).toEqual(['a']);
	});
});

describe('the age of what another process has left', () => {
	const NOW: Moment = {
		wall: Date.UTC(2027, 0, 10),
		sinceBoot: 30 * DAY,
		boot: '00000000-0000-4000-8000-000000000001',
	};
	const ago = (days: number, change: Partial<Moment> = {}): Moment => ({
		...{ wall: NOW.wall - days * DAY, sinceBoot: NOW.sinceBoot - days * DAY, boot: NOW.boot },
		...change,
	});
	const ANOTHER = '00000000-0000-4000-8000-000000000002';

	it.each<[string, Moment, boolean]>([
		['seven days', ago(7), false],
		['more than seven days', ago(7.01), true],
		['a minute, with a clock in 2020', ago(0.001, { wall: Date.UTC(2020, 0) }), false],
		['eight days, with a clock in 2020', ago(8, { wall: Date.UTC(2020, 0) }), true],
		['eight days, with a clock in 2040', ago(8, { wall: Date.UTC(2040, 0) }), true],
		['eight days, before the machine was started again', ago(8, { boot: ANOTHER }), true],
		['unknown: a clock in 2020, before the machine was started again', ago(0, { wall: 1, boot: ANOTHER }), false],
	])('is %s', async (_, then, expired) => {
		await leave(['a'], { now: () => then });
		const { reports } = await adopt({ now: () => NOW, maxAge: 7 * DAY });
		expect(reports).toEqual(expired ? [['lost', 1, 'age']] : []);
	});

	it('goes on while it waits', async () => {
		await leave(['a'], { now: () => ago(6) });
		let now = NOW;
		const { journal, reports } = createJournal(directory, { now: () => now, maxAge: 7 * DAY });
		await adoptedBy(journal);
		// The wall clock is set back meanwhile.
		now = { ...NOW, wall: NOW.wall - 99 * DAY, sinceBoot: NOW.sinceBoot + 0.9 * DAY };
		await journal.applyRetention();
		expect(reports).toEqual([]);
		now = { ...now, sinceBoot: NOW.sinceBoot + 1.1 * DAY };
		await journal.applyRetention();
		expect(reports).toEqual([['lost', 1, 'age']]);
		journal.closeSync();
	});
});
