import { readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Counts } from '../../../delivery/common/counts.js';
import type { JournalOptions } from '../../../delivery/journal/journal.js';
import { Backlog } from '../../../delivery/sending/backlog.js';
import { temporary } from '../../support/children.js';
import { createJournal } from '../../support/journals.js';
import { until } from '../../support/misbehaving.js';

let directory: string;

beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Returns a backlog with that many small frames on disk, in segments of about 400 each. */
async function filledBacklog(frames: number, options: Partial<JournalOptions> = {}) {
	const counts = new Counts();
	const backlog = new Backlog(counts, 1000);
	const { journal } = createJournal(directory, {
		segmentBytes: 60_000,
		onLost: (entries, reason, segment) => backlog.dropEntries(entries, reason, segment),
		...options,
	});
	for (let i = 0; i < frames; i++) {
		const frame = { encoding: 'protobuf' as const, count: 2, time: Date.now(), body: Buffer.from(`frame ${i}`) };
		counts.created += 2;
		counts.queued += 2;
		const held = backlog.add(frame);
		const [entry] = journal.appendSync([frame]);
		if (entry !== undefined) backlog.markStored(held, entry);
	}
	const expectBalance = () =>
		expect(counts.created).toBe(counts.delivered + counts.queued + counts.onDisk + counts.dropped);
	return { counts, backlog, journal, expectBalance };
}

it('parks most of very many bodies, and returns all of them in their order', async () => {
	const { counts, backlog, journal, expectBalance } = await filledBacklog(6000);
	expect(backlog.peek(9999).length).toBe(6000);
	backlog.park();
	expectBalance();
	expect(backlog.peek(9999).length).toBeLessThan(1500);
	expect([backlog.count, backlog.isDecidedUpTo(5999), backlog.isDecidedUpTo(0)]).toEqual([12_000, false, true]);
	for (let i = 0; i < 6000; i++) {
		await backlog.refill();
		const [held] = backlog.peek(1);
		if (held?.entry === undefined) throw new Error('the body is not on disk');
		expect(Buffer.from(await journal.read(held.entry)).toString()).toBe(`frame ${i}`);
		const { entry } = held;
		backlog.decide(held, 0, '');
		await journal.markDone(entry, 'acknowledged');
	}
	expectBalance();
	expect([counts.delivered, counts.onDisk, backlog.count, backlog.totalBytes, backlog.memoryBytes]).toEqual([
		12_000, 0, 0, 0, 0,
	]);
	journal.closeSync();
	// Segments that are done are removed in the background.
	await until(() => readdirSync(directory).length === 0);
});

it('counts parked bodies that are dropped or cannot be read again', async () => {
	const { counts, backlog, journal, expectBalance } = await filledBacklog(6000, { maxBytes: 500_000 });
	backlog.park();
	await journal.applyRetention();
	expectBalance();
	expect(counts.dropped).toBeGreaterThan(3000);
	for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`, { force: true });
	while (!backlog.isDecidedUpTo(9999)) {
		await backlog.refill();
		for (const held of backlog.peek(9999)) backlog.decide(held, held.count, 'unreadable');
	}
	expectBalance();
	expect([counts.dropped, counts.onDisk, backlog.count, backlog.totalBytes]).toEqual([12_000, 0, 0, 0]);
	journal.closeSync();
});
