import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type FileSystem, nodeFileSystem } from '../../delivery/journal/files/file-system.js';
import { scanSegment } from '../../delivery/journal/segments/scan.js';
import { parseSegmentName } from '../../delivery/journal/segments/segment.js';
import { SignalPipeline } from '../../delivery/pipeline.js';
import { temporary } from '../support/children.js';
import { createJournal } from '../support/journals.js';

let directory: string;
beforeEach(() => {
	directory = temporary();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Resolves to the texts that a process would send which came after a kill at this moment. */
async function pendingOnDisk(): Promise<string[]> {
	const texts: string[] = [];
	for (const name of readdirSync(directory)) {
		if (parseSegmentName(name) === undefined) continue;
		const bytes = readFileSync(join(directory, name));
		const { frames } = await scanSegment(
			async (length, offset) => bytes.subarray(offset, Math.min(offset + length, bytes.length)),
			bytes.length,
		);
		for (const { state, offset, size } of frames) {
			if (state === 'pending') texts.push(...JSON.parse(bytes.toString('utf8', offset, offset + size)).texts);
		}
	}
	return texts;
}

interface Life {
	/** How many records are made at a time, and how long it takes until the next ones are, in milliseconds. */
	readonly bursts: readonly { readonly count: number; readonly pause: number }[];
	/** How long each write takes longer than the disk, in milliseconds, in turn. */
	readonly writes: readonly number[];
	/** Which appends fail, by their number. */
	readonly failing: readonly number[];
	/** How long the backend takes, in milliseconds, in turn. */
	readonly answers: readonly number[];
	/** True if the backend accepts nothing before an append has failed and its bytes are written again. */
	readonly late?: boolean;
}

const ms = fc.nat(6);
const life: fc.Arbitrary<Life> = fc.record({
	bursts: fc.array(fc.record({ count: fc.integer({ min: 1, max: 9 }), pause: ms }), { minLength: 1, maxLength: 8 }),
	writes: fc.array(ms, { minLength: 1, maxLength: 5 }),
	failing: fc.array(fc.nat(6), { maxLength: 3 }),
	answers: fc.array(ms, { minLength: 1, maxLength: 5 }),
});

async function holds({ bursts, writes, failing, answers, late = false }: Life): Promise<void> {
	const accepted = new Set<string>();
	let [written, appended, requests] = [0, 0, 0];
	let isReachable = !late;
	const files: FileSystem = {
		...nodeFileSystem,
		write: async (fd, data, offset) => {
			if (data.length > 1 && failing.includes(appended++)) throw new Error('EIO');
			await nodeFileSystem.write(fd, data, offset);
			isReachable ||= appended > 1;
			// The bytes are there, and the process does not know it yet.
			await sleep(writes[written++ % writes.length]);
		},
	};
	const twice: string[] = [];
	const pipeline = new SignalPipeline<string>({
		...{ recordName: 'texts', encoding: 'json', batch: 2, maxQueued: 1e6, maxQueueBytes: 1e6, delayMs: 0, windowMs: 1 },
		encode: (records) => Buffer.from(JSON.stringify({ texts: records })),
		ready: () => undefined,
		sizeOf: (text) => text.length,
		transport: {
			send: async (body) => {
				if (!isReachable) return { kind: 'retry', error: new Error('unreachable'), afterMs: 5 };
				// A process that is killed now leaves this request, and of the earlier ones nothing.
				twice.push(...(await pendingOnDisk()).filter((text) => accepted.has(text)));
				await sleep(answers[requests++ % answers.length]);
				for (const line of Buffer.from(body)
					.toString()
					.split(/(?<=\})(?=\{)/)) {
					for (const text of JSON.parse(line).texts) accepted.add(text);
				}
				return { kind: 'accepted', rejected: 0 };
			},
			close: () => undefined,
		},
		observer: {
			...{ target: 'there', reasonOf: String },
			...{
				failed: () => undefined,
				failedAlone: () => undefined,
				delivered: () => undefined,
				refused: () => undefined,
			},
		},
		journal: (onLost) => createJournal(directory, { segmentBytes: 500, files, onLost }).journal,
	});
	let made = 0;
	for (const { count, pause } of bursts) {
		for (let left = count; left > 0; left--) pipeline.push(`text ${made++}`);
		await sleep(pause);
	}
	await pipeline.flush();
	for (let tries = 0; accepted.size < made && tries < 500; tries++) await sleep(10);
	await pipeline.shutdown();
	expect([accepted.size, twice]).toEqual([made, []]);
	// After the last answer nothing is left either.
	expect((await pendingOnDisk()).filter((text) => accepted.has(text))).toEqual([]);
}

it('at the start of each request, nothing that an earlier one delivered would be sent again after a kill', async () => {
	await fc.assert(
		fc.asyncProperty(life, async (one) => {
			rmSync(directory, { recursive: true, force: true });
			nodeFileSystem.makeFolderSync(directory);
			await holds(one);
		}),
		{ numRuns: 60 },
	);
});

it('the same while several bodies are being written that a disk had refused: they are sent from memory', async () => {
	await holds({ bursts: [{ count: 12, pause: 0 }], writes: [300], failing: [0], answers: [5], late: true });
});
