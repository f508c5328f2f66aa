import { readdirSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Counts } from '../../../delivery/common/counts.js';
import { Journal, type JournalOptions } from '../../../delivery/journal/journal.js';
import { Backlog } from '../../../delivery/sending/backlog.js';
import { temporary } from '../../support/children.js';
import { until } from '../../support/misbehaving.js';

let directory: string;

beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A backlog of so many small frames on the disk, in segments of about 400 each. */
async function filled(frames: number, options: Partial<JournalOptions> = {}) {
	const counts = new Counts();
	const backlog = new Backlog(counts, 1000);
	const journal = new Journal({
		...{ directory, maxBytes: 1e9, maxAge: 1e9, fsync: 'never', segmentBytes: 20_000 },
		onLost: (entries, reason, segment) => backlog.lost(entries, reason, segment),
		onStrange: () => undefined,
		...options,
	});
	for (let i = 0; i < frames; i++) {
		const frame = { encoding: 'protobuf' as const, count: 2, time: Date.now(), body: Buffer.from(`frame ${i}`) };
		counts.made += 2;
		counts.queued += 2;
		const held = backlog.add(frame);
		const [entry] = journal.appendSync([frame]);
		if (entry !== undefined) backlog.stored(held, entry);
	}
	const law = () => expect(counts.made).toBe(counts.written + counts.queued + counts.onDisk + counts.dropped);
	return { counts, backlog, journal, law };
}

it('of very many bodies knows few one by one, and gives all of them back in their order', async () => {
	const { counts, backlog, journal, law } = await filled(6000);
	expect(backlog.peek(9999).length).toBe(6000);
	backlog.park();
	law();
	expect(backlog.peek(9999).length).toBeLessThan(1500);
	expect([backlog.count, backlog.isThrough(5999), backlog.isThrough(0)]).toEqual([12_000, false, true]);
	for (let i = 0; i < 6000; i++) {
		await backlog.refill();
		const [held] = backlog.peek(1);
		if (held?.entry === undefined) throw new Error('It is on the disk.');
		expect(Buffer.from(await journal.read(held.entry)).toString()).toBe(`frame ${i}`);
		const { entry } = held;
		backlog.decide(held, 0, '');
		await journal.done(entry, 'acknowledged');
	}
	law();
	expect([counts.written, counts.onDisk, backlog.count, backlog.size, backlog.bytes]).toEqual([12_000, 0, 0, 0, 0]);
	journal.closeSync();
	// What was sent is removed in the background.
	await until(() => readdirSync(directory).length === 0);
});

it('counts what was parked and had to go, or cannot be read again', async () => {
	const { counts, backlog, journal, law } = await filled(6000, { maxBytes: 150_000 });
	backlog.park();
	await journal.expire();
	law();
	expect(counts.dropped).toBeGreaterThan(3000);
	for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`, { force: true });
	while (!backlog.isThrough(9999)) {
		await backlog.refill();
		for (const held of backlog.peek(9999)) backlog.decide(held, held.count, 'unreadable');
	}
	law();
	expect([counts.dropped, counts.onDisk, backlog.count, backlog.size]).toEqual([12_000, 0, 0, 0]);
	journal.closeSync();
});
