import { EventEmitter, once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LineFile } from '../../../presets/json/line-file.js';
import { JsonPipeline, type JsonPipelineOptions } from '../../../presets/json/pipeline.js';
import { linesOf, temporary } from '../../support/children.js';

let root: string;
let pipelines: JsonPipeline<number>[];

beforeEach(() => {
	root = temporary();
	pipelines = [];
});
afterEach(async () => {
	for (const pipeline of pipelines) {
		const { created, delivered, queued, dropped } = pipeline.stats();
		expect(created).toBe(delivered + queued + dropped);
		await pipeline.shutdown();
	}
	rmSync(root, { recursive: true });
});

/** Creates a pipeline of numbers. Each line is a list of them; 13 cannot be encoded. */
function pipelineOf(options: Partial<JsonPipelineOptions<number>> = {}): JsonPipeline<number> {
	const pipeline = new JsonPipeline<number>({
		recordName: `numbers ${root}`,
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
	pipelines.push(pipeline);
	return pipeline;
}

const written = () => linesOf(root, 'traces') as unknown as number[][];
/** Waits for a condition, at most 30 s: the expectation that follows fails if it was never met. */
async function until(condition: () => boolean): Promise<void> {
	for (let tries = 0; tries < 3000 && !condition(); tries++) await sleep(10);
}
const range = (count: number) => Array.from({ length: count }, (_, index) => 100 + index);

describe('JsonPipeline', () => {
	it('writes nothing before push() has returned', () => {
		const pipeline = pipelineOf();
		for (const number of range(1000)) pipeline.push(number);
		expect([written(), pipeline.stats()]).toEqual([
			[],
			{ created: 1000, delivered: 0, queued: 1000, dropped: 0, droppedBy: {} },
		]);
	});

	it('writes full batches and the records that came with them soon, a line each, in order; the rest after a second', async () => {
		const pipeline = pipelineOf();
		for (const number of range(600)) pipeline.push(number);
		await until(() => pipeline.stats().delivered === 600);
		expect(written().map((line) => line.length)).toEqual([256, 256, 88]);
		for (const number of [1, 2, 3]) pipeline.push(number);
		const pushed = performance.now();
		await until(() => pipeline.stats().queued === 0);
		expect(performance.now() - pushed).toBeGreaterThan(900);
		expect(written().map((line) => line.length)).toEqual([256, 256, 88, 3]);
		expect(written().flat()).toEqual([...range(600), 1, 2, 3]);
		expect(pipeline.stats()).toEqual({ created: 603, delivered: 603, queued: 0, dropped: 0, droppedBy: {} });
	});

	it('has written everything that was pushed before when flush() resolves', async () => {
		const pipeline = pipelineOf();
		for (const number of range(300)) pipeline.push(number);
		await Promise.all([pipeline.flush(), pipeline.flush()]);
		expect(written().flat()).toEqual(range(300));
	});

	it('drops and counts the records that exceed its memory bound', async () => {
		const pipeline = pipelineOf({ maxQueuedBytes: 1000 });
		for (const number of range(25)) pipeline.push(number);
		expect(pipeline.stats()).toEqual({ created: 25, delivered: 0, queued: 10, dropped: 15, droppedBy: { memory: 15 } });
		await pipeline.flush();
		pipeline.push(1);
		await pipeline.flush();
		expect(written().flat()).toEqual([...range(10), 1]);
	});

	it('drops a record that cannot be encoded, and no other record of its batch', async () => {
		const pipeline = pipelineOf();
		for (const number of [1, 13, 2]) pipeline.push(number);
		await pipeline.flush();
		pipeline.push(13);
		await pipeline.flush();
		expect(written().flat()).toEqual([1, 2]);
		expect(pipeline.stats()).toEqual({
			created: 4,
			delivered: 2,
			queued: 0,
			dropped: 2,
			droppedBy: { unencodable: 2 },
		});
	});

	it('keeps records that it cannot write, and writes them when it can', async () => {
		const blocked = join(root, 'traces');
		writeFileSync(blocked, 'a file where the folder should be');
		const pipeline = pipelineOf();
		for (const number of range(300)) pipeline.push(number);
		await pipeline.flush();
		expect(pipeline.stats()).toMatchObject({ delivered: 0, queued: 300, dropped: 0 });
		rmSync(blocked);
		await until(() => pipeline.stats().queued === 0);
		expect(written().flat()).toEqual(range(300));
		expect(pipeline.stats()).toMatchObject({ delivered: 300, queued: 0, dropped: 0 });
	});

	it('drops and counts records that were not written at shutdown, and those that are pushed later', async () => {
		writeFileSync(join(root, 'traces'), 'a file where the folder should be');
		const pipeline = pipelineOf();
		pipeline.push(1);
		await pipeline.shutdown();
		pipeline.push(2);
		expect(pipeline.stats()).toEqual({
			created: 2,
			delivered: 0,
			queued: 0,
			dropped: 2,
			droppedBy: { unwritable: 1, closed: 1 },
		});
		rmSync(join(root, 'traces'));
		mkdirSync(join(root, 'traces'));
	});

	it('writes each record once and in order if it is settled during a write', async () => {
		const pipeline = pipelineOf();
		for (const number of range(1000)) pipeline.push(number);
		const flushing = pipeline.flush();
		for (let step = 0; step < 4; step++) await Promise.resolve();
		pipeline.settle('maybe');
		expect(written().flat()).toEqual(range(1000));
		pipeline.push(1);
		await flushing;
		await pipeline.flush();
		expect(written().flat()).toEqual([...range(1000), 1]);
	});

	it('writes synchronously after the end of the process was announced', () => {
		const pipeline = pipelineOf();
		pipeline.settle('final');
		pipeline.push(7);
		expect(written().flat()).toEqual([7]);
	});

	it('waits until the attributes of a record are known', async () => {
		const gate = new EventEmitter();
		const pipeline = pipelineOf({ ready: () => once(gate, 'open').then(() => undefined) });
		pipeline.push(1);
		const flushing = pipeline.flush();
		await sleep(50);
		expect(written()).toEqual([]);
		gate.emit('open');
		await flushing;
		expect(written()).toEqual([[1]]);
	});
});
