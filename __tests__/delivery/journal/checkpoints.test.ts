import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Checkpoints } from '../../../delivery/journal/checkpoints.js';
import { adoptedBy, createJournal } from '../../support/journals.js';

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'agentese-checkpoints-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const journal = (lives = true) =>
	createJournal(directory, {
		isAlive: async () => lives,
		onDamaged: () => {
			throw new Error('nothing is damaged');
		},
	}).journal;

function createCheckpoints(size = 0) {
	const writer = journal();
	const encode = (records: string[]) => Buffer.from(records.join().padEnd(size));
	return { writer, checkpoints: new Checkpoints<string>(writer, { encoding: 'json', encode }) };
}

/** Returns what another process adopts after the writer has exited. */
async function adoptAll(): Promise<string[]> {
	const adopter = journal(false);
	const entries = await adoptedBy(adopter);
	const texts = await Promise.all(
		entries.map(async (one) =>
			Buffer.from(await adopter.read(one))
				.toString()
				.trim(),
		),
	);
	await Promise.all(entries.map((one) => adopter.markDone(one, 'acknowledged')));
	adopter.closeSync();
	return texts;
}

const segments = () => readdirSync(directory).filter((name) => name.endsWith('.segment'));

/** Checkpoints are marked in the background. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

it('leaves the latest checkpoint of each key to other processes, and none that was removed', async () => {
	const { checkpoints } = createCheckpoints();
	const [first, second, third] = [{}, {}, {}];
	checkpoints.save(first, 'first');
	checkpoints.save(second, 'second');
	checkpoints.save(third, 'third');
	await checkpoints.written();
	checkpoints.save(first, 'first, later');
	await checkpoints.written();
	checkpoints.remove(second);
	await settled();
	expect((await adoptAll()).sort()).toEqual(['first, later', 'third']);
	expect(segments()).toEqual([]);
});

it('leaves no checkpoint that was removed before it was written', async () => {
	const { checkpoints } = createCheckpoints();
	const [waiting, beingWritten, open] = [{}, {}, {}];
	checkpoints.save(waiting, 'waiting');
	checkpoints.save(beingWritten, 'being written');
	checkpoints.save(open, 'open');
	checkpoints.remove(waiting);
	// The turn of the event loop in which they are encoded has passed: they are being written now.
	await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
	checkpoints.remove(beingWritten);
	await checkpoints.written();
	await settled();
	expect(await adoptAll()).toEqual(['open']);
});

it('creates a new file if one is full, and removes a file when all of its checkpoints have ended', async () => {
	const { checkpoints } = createCheckpoints(100_000);
	const spans = Array.from({ length: 10 }, () => ({}));
	for (const span of spans) {
		checkpoints.save(span, 'long');
		await checkpoints.written();
	}
	expect(segments()).toHaveLength(4);
	for (const span of spans.slice(0, 9)) checkpoints.remove(span);
	await settled();
	expect(segments()).toHaveLength(1);
	expect(await adoptAll()).toEqual(['long']);
});

it('writes at most 16 MiB, until some checkpoints have ended', async () => {
	const { checkpoints } = createCheckpoints(100_000);
	const spans = Array.from({ length: 300 }, () => ({}));
	for (const span of spans) checkpoints.save(span, 'large');
	await checkpoints.written();
	const size = () => segments().reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
	expect(size()).toBeGreaterThan(15 * 2 ** 20);
	expect(size()).toBeLessThan(17 * 2 ** 20);
	for (const span of spans) checkpoints.remove(span);
	await settled();
	checkpoints.save({}, 'small');
	await checkpoints.written();
	expect(await adoptAll()).toEqual(['small']);
});

it('leaves nothing after closeSync(), even if a checkpoint is being written', async () => {
	const { writer, checkpoints } = createCheckpoints();
	checkpoints.save({}, 'written');
	await checkpoints.written();
	checkpoints.save({}, 'being written');
	await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
	checkpoints.closeSync();
	writer.closeSync();
	checkpoints.save({}, 'too late');
	await checkpoints.written();
	await settled();
	expect(readdirSync(directory)).toEqual([]);
});

it('creates a removed folder again, and leaves out only the record that cannot be encoded', async () => {
	const writer = journal();
	const encode = ([record]: string[]) => {
		if (record === 'bad') throw new Error('cannot be encoded');
		return Buffer.from(String(record));
	};
	const checkpoints = new Checkpoints<string>(writer, { encoding: 'json', encode });
	const lost = {};
	checkpoints.save(lost, 'lost');
	await checkpoints.written();
	rmSync(directory, { recursive: true });
	checkpoints.save({}, 'bad');
	checkpoints.save({}, 'kept');
	await checkpoints.written();
	checkpoints.remove(lost);
	await settled();
	expect(await adoptAll()).toEqual(['kept']);
});
