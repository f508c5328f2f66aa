import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Checkpoints } from '../../../delivery/journal/checkpoints.js';
import { Journal } from '../../../delivery/journal/journal.js';

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'agentese-notes-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function journal(lives = true) {
	return new Journal({
		directory,
		maxBytes: 2 ** 26,
		maxAge: 1e9,
		fsync: 'never',
		lives: async () => lives,
		onLost: () => undefined,
		onStrange: () => undefined,
	});
}

function noting(size = 0) {
	const own = journal();
	const encode = (records: string[]) => Buffer.from(records.join().padEnd(size));
	return { own, notes: new Checkpoints<string>(own, { encoding: 'json', encode }) };
}

/** What another process finds when the writer is gone; so the writer is, as far as these files go. */
async function left(): Promise<string[]> {
	const heir = journal(false);
	const { entries, damaged } = await heir.adopt();
	expect(damaged).toBe(0);
	const texts = await Promise.all(
		entries.map(async (one) =>
			Buffer.from(await heir.read(one))
				.toString()
				.trim(),
		),
	);
	await Promise.all(entries.map((one) => heir.done(one, 'acknowledged')));
	heir.closeSync();
	return texts;
}

const segments = () => readdirSync(directory).filter((name) => name.endsWith('.segment'));

/** Notes are marked in the background. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

it('what is noted is left to others; the latest note of each, and none of what is over', async () => {
	const { notes } = noting();
	const [first, second, third] = [{}, {}, {}];
	notes.note(first, 'first');
	notes.note(second, 'second');
	notes.note(third, 'third');
	await notes.written();
	notes.note(first, 'first, later');
	await notes.written();
	notes.forget(second);
	await settled();
	expect((await left()).sort()).toEqual(['first, later', 'third']);
	expect(segments()).toEqual([]);
});

it('what is over before it was written is not left', async () => {
	const { notes } = noting();
	const [waiting, beingWritten, open] = [{}, {}, {}];
	notes.note(waiting, 'waiting');
	notes.note(beingWritten, 'being written');
	notes.note(open, 'open');
	notes.forget(waiting);
	// Its turn of the loop is behind it: what waits is being written now.
	await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
	notes.forget(beingWritten);
	await notes.written();
	await settled();
	expect(await left()).toEqual(['open']);
});

it('a file that is full is left for another one, and removed when all in it is over', async () => {
	const { notes } = noting(100_000);
	const spans = Array.from({ length: 10 }, () => ({}));
	for (const span of spans) {
		notes.note(span, 'long');
		await notes.written();
	}
	expect(segments()).toHaveLength(4);
	for (const span of spans.slice(0, 9)) notes.forget(span);
	await settled();
	expect(segments()).toHaveLength(1);
	expect(await left()).toEqual(['long']);
});

it('no more is noted than 16 MiB hold, until some of it is over', async () => {
	const { notes } = noting(100_000);
	const spans = Array.from({ length: 300 }, () => ({}));
	for (const span of spans) notes.note(span, 'large');
	await notes.written();
	const size = () => segments().reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
	expect(size()).toBeGreaterThan(15 * 2 ** 20);
	expect(size()).toBeLessThan(17 * 2 ** 20);
	for (const span of spans) notes.forget(span);
	await settled();
	notes.note({}, 'small');
	await notes.written();
	expect(await left()).toEqual(['small']);
});

it('at the end nothing of it is left, though it is just being written', async () => {
	const { own, notes } = noting();
	notes.note({}, 'written');
	await notes.written();
	notes.note({}, 'being written');
	await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
	notes.closeSync();
	own.closeSync();
	notes.note({}, 'too late');
	await notes.written();
	await settled();
	expect(readdirSync(directory)).toEqual([]);
});

it('a folder that was removed is made again, and what cannot be encoded harms no other note', async () => {
	const own = journal();
	const encode = ([record]: string[]) => {
		if (record === 'bad') throw new Error('no text of this');
		return Buffer.from(String(record));
	};
	const notes = new Checkpoints<string>(own, { encoding: 'json', encode });
	const lost = {};
	notes.note(lost, 'lost');
	await notes.written();
	rmSync(directory, { recursive: true });
	notes.note({}, 'bad');
	notes.note({}, 'kept');
	await notes.written();
	notes.forget(lost);
	await settled();
	expect(await left()).toEqual(['kept']);
});
