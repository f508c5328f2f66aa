import { EventEmitter, once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LineFile } from '../../../presets/json/line-file.js';
import { JsonPipeline, type JsonPipelineOptions } from '../../../presets/json/pipeline.js';
import { linesOf, temporary } from '../../support/children.js';

let root: string;
let lanes: JsonPipeline<number>[];

beforeEach(() => {
	root = temporary();
	lanes = [];
});
afterEach(async () => {
	for (const lane of lanes) {
		const { made, written, queued, dropped } = lane.stats();
		expect(made).toBe(written + queued + dropped);
		await lane.shutdown();
	}
	rmSync(root, { recursive: true });
});

/** A lane of numbers, each line a list of them; 13 cannot be encoded. */
function lane(options: Partial<JsonPipelineOptions<number>> = {}): JsonPipeline<number> {
	const made = new JsonPipeline<number>({
		what: `numbers ${root}`,
		directory: root,
		file: new LineFile(root, 'traces', () => undefined),
		encode: (batch) => {
			if (batch.includes(13)) throw new Error('13 cannot be encoded');
			return Buffer.from(`${JSON.stringify(batch)}\n`);
		},
		sizeOf: () => 100,
		countOf: () => 1,
		ready: () => undefined,
		...options,
	});
	lanes.push(made);
	return made;
}

const written = () => linesOf(root, 'traces') as unknown as number[][];
/** Waits, but not for ever: the expectation that follows fails where it never came true. */
async function until(holds: () => boolean): Promise<void> {
	for (let tries = 0; tries < 3000 && !holds(); tries++) await sleep(10);
}
const range = (count: number) => Array.from({ length: count }, (_, index) => 100 + index);

describe('JsonLane', () => {
	it('writes nothing in the turn of its caller', () => {
		const made = lane();
		for (const number of range(1000)) made.push(number);
		expect([written(), made.stats()]).toEqual([
			[],
			{ made: 1000, written: 0, queued: 1000, dropped: 0, droppedBy: {} },
		]);
	});

	it('writes full batches soon and what came with them too, in order, a line each; the rest after a second', async () => {
		const made = lane();
		for (const number of range(600)) made.push(number);
		await until(() => made.stats().written === 600);
		expect(written().map((line) => line.length)).toEqual([256, 256, 88]);
		for (const number of [1, 2, 3]) made.push(number);
		const pushed = performance.now();
		await until(() => made.stats().queued === 0);
		expect(performance.now() - pushed).toBeGreaterThan(900);
		expect(written().map((line) => line.length)).toEqual([256, 256, 88, 3]);
		expect(written().flat()).toEqual([...range(600), 1, 2, 3]);
		expect(made.stats()).toEqual({ made: 603, written: 603, queued: 0, dropped: 0, droppedBy: {} });
	});

	it('brings to disk with flush() what was pushed before', async () => {
		const made = lane();
		for (const number of range(300)) made.push(number);
		await Promise.all([made.flush(), made.flush()]);
		expect(written().flat()).toEqual(range(300));
	});

	it('drops and counts what is more than may wait', async () => {
		const made = lane({ maxQueuedBytes: 1000 });
		for (const number of range(25)) made.push(number);
		expect(made.stats()).toEqual({ made: 25, written: 0, queued: 10, dropped: 15, droppedBy: { memory: 15 } });
		await made.flush();
		made.push(1);
		await made.flush();
		expect(written().flat()).toEqual([...range(10), 1]);
	});

	it('drops a record that cannot be encoded, and not its neighbours', async () => {
		const made = lane();
		for (const number of [1, 13, 2]) made.push(number);
		await made.flush();
		made.push(13);
		await made.flush();
		expect(written().flat()).toEqual([1, 2]);
		expect(made.stats()).toEqual({ made: 4, written: 2, queued: 0, dropped: 2, droppedBy: { unencodable: 2 } });
	});

	it('keeps what it cannot write, and writes it when it can', async () => {
		const blocked = join(root, 'traces');
		writeFileSync(blocked, 'a file where the folder should be');
		const made = lane();
		for (const number of range(300)) made.push(number);
		await made.flush();
		expect(made.stats()).toMatchObject({ written: 0, queued: 300, dropped: 0 });
		rmSync(blocked);
		await until(() => made.stats().queued === 0);
		expect(written().flat()).toEqual(range(300));
		expect(made.stats()).toMatchObject({ written: 300, queued: 0, dropped: 0 });
	});

	it('drops and counts at shutdown what could not be written, and whatever comes later', async () => {
		writeFileSync(join(root, 'traces'), 'a file where the folder should be');
		const made = lane();
		made.push(1);
		await made.shutdown();
		made.push(2);
		expect(made.stats()).toEqual({
			made: 2,
			written: 0,
			queued: 0,
			dropped: 2,
			droppedBy: { unwritable: 1, closed: 1 },
		});
		rmSync(join(root, 'traces'));
		mkdirSync(join(root, 'traces'));
	});

	it('settles in the middle of a write, with each record there once and in order', async () => {
		const made = lane();
		for (const number of range(1000)) made.push(number);
		const flushing = made.flush();
		for (let step = 0; step < 4; step++) await Promise.resolve();
		made.settle('perhaps');
		expect(written().flat()).toEqual(range(1000));
		made.push(1);
		await flushing;
		await made.flush();
		expect(written().flat()).toEqual([...range(1000), 1]);
	});

	it('writes at once after the end was announced', () => {
		const made = lane();
		made.settle('last');
		made.push(7);
		expect(written().flat()).toEqual([7]);
	});

	it('waits until a record can be encoded', async () => {
		const gate = new EventEmitter();
		const made = lane({ ready: () => once(gate, 'open').then(() => undefined) });
		made.push(1);
		const flushing = made.flush();
		await sleep(50);
		expect(written()).toEqual([]);
		gate.emit('open');
		await flushing;
		expect(written()).toEqual([[1]]);
	});
});
