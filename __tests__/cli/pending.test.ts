import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { extentOf, pendingIn, recordsOf } from '../../cli/flush/pending.js';
import type { Frame } from '../../delivery/journal/segments/frame.js';
import { temporary } from '../support/children.js';
import { createJournal } from '../support/journals.js';

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const frame = (count: number, time = Date.now(), kind: NonNullable<Frame['kind']> = 'records'): Frame => ({
	...{ encoding: 'json', count, time, kind },
	body: Buffer.alloc(1000),
});

const NOTHING = { orphaned: 0, held: [], otherVersion: [], isExact: true };
const held = (records: number) => ({ ...NOTHING, held: [{ who: `process ${process.pid}`, records }] });

it('counts what a living process holds, whatever its clock shows, but no checkpoint of an open span', async () => {
	const { journal } = createJournal(directory);
	await journal.append([frame(3, Date.now() + 180_000), frame(4, 1)]);
	const checkpoints = journal.createSegment();
	await checkpoints.append([frame(1, 5, 'checkpoint')], false);
	expect(await pendingIn(directory)).toEqual(held(7));
	const extent = await extentOf(directory);
	expect(await pendingIn(directory, extent)).toEqual(held(7));
	journal.closeSync();
	// Of a process that is gone, all of it is sent.
	expect(await pendingIn(directory, extent)).toEqual({ ...NOTHING, orphaned: 8 });
});

it('does not count what a living process has written since, and counts what it has renamed', async () => {
	const { journal } = createJournal(directory, { segmentBytes: 2000 });
	await journal.append([frame(3)]);
	const extent = await extentOf(directory);
	await journal.append([frame(4)]);
	await journal.append([frame(5)]);
	expect(await pendingIn(directory, extent)).toEqual(held(3));
	expect(recordsOf(await pendingIn(directory))).toBe(12);
	for (const name of readdirSync(directory).filter((one) => one.endsWith('.segment'))) {
		renameSync(join(directory, name), join(directory, name.replace(/^\d{8}/, '20200101')));
	}
	expect(await pendingIn(directory, extent)).toEqual(held(3));
	journal.closeSync();
});

it('reads no name that is no regular file, and names files of another version', async () => {
	const name = (number: number) => `20260101T000000000Z-1-aaaaaaaaaaaa-${number}.segment`;
	execFileSync('mkfifo', [join(directory, name(0)), join(directory, '1-aaaaaaaaaaaa.owner')]);
	writeFileSync(join(directory, name(1)), 'agentese-otel/1\n');
	expect(await pendingIn(directory)).toEqual({ ...NOTHING, otherVersion: [name(1)] });
});

it('names the host of a process that is on another one', async () => {
	const { journal } = createJournal(directory);
	await journal.append([frame(2)]);
	const [owner = ''] = readdirSync(directory).filter((one) => one.endsWith('.owner'));
	writeFileSync(join(directory, owner), `{"pid":4711,"host":"not-${hostname()}","boot":null}\n0\n`);
	expect(await pendingIn(directory)).toEqual({
		...NOTHING,
		held: [{ who: `process ${process.pid} on not-${hostname()}`, records: 2 }],
	});
	journal.closeSync();
});

it('counts nothing in a folder that does not exist', async () => {
	expect(await pendingIn(join(directory, 'none'))).toEqual(NOTHING);
	expect((await extentOf(join(directory, 'none'))).size).toBe(0);
});
