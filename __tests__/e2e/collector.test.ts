import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PointRead, readMetrics, readTraces, type SpanRead } from '../../examples/garden/read.js';
import { backend } from '../../scripts/backends.mjs';
import { runGarden } from './support/garden.js';
import { eventually, newFolder, type Server, startCollector } from './support/servers.js';

const binary = await backend('collector');
const byId = (a: SpanRead, b: SpanRead) => (a.spanId < b.spanId ? -1 : 1);
const byLabels = (a: PointRead, b: PointRead) =>
	JSON.stringify([a.metric, a.labels]) < JSON.stringify([b.metric, b.labels]) ? -1 : 1;

/** Reads the Collector's files as soon as they contain everything that was made. */
async function received<T>(read: () => T[], made: number, what: string): Promise<T[]> {
	return eventually(async () => {
		const all = read();
		return all.length >= made ? all : undefined;
	}, what);
}

(binary === undefined ? describe.skip : describe)('a real Collector', () => {
	describe('over OTLP', () => {
		let collector: Server;
		beforeAll(async () => {
			collector = await startCollector(binary ?? '');
		});
		afterAll(() => collector?.stop());

		let spansSoFar = 0;
		it.each([
			['http/protobuf', 'otlp'],
			['http/json', 'otlp'],
			['grpc', 'grpc'],
		])('gets the same spans and metrics by %s', async (protocol, door) => {
			const garden = await runGarden({
				serviceName: `garden-${door}`,
				preset: ['json', 'otlp'],
				otlp: { protocol, endpoint: collector.urls[door] },
				json: { directory: newFolder('garden') },
			});
			const { points, stderr } = await garden.end();
			expect(stderr).toBe('');
			const file = join(collector.folder, 'traces.jsonl');
			spansSoFar += garden.spans.length;
			const all = await received(() => readTraces([file]), spansSoFar, 'spans');
			const ids = new Set(garden.spans.map(({ spanId }) => spanId));
			const mine = all.filter(({ spanId }) => ids.has(spanId));
			expect(mine.sort(byId)).toEqual([...garden.spans].sort(byId));
			const metrics = join(collector.folder, 'metrics.jsonl');
			const got = await received(() => readMetrics([metrics]), points.length, 'metrics');
			const names = (list: readonly PointRead[]) =>
				list.map(({ metric, labels, value }) => ({ metric, labels, value }));
			expect(names([...got].sort(byLabels))).toEqual(names([...points].sort(byLabels)));
		});
	});

	it("reads the json preset's files", async () => {
		const garden = await runGarden({
			serviceName: 'garden',
			preset: ['json'],
			json: { directory: newFolder('garden') },
		});
		const { points } = await garden.end();
		const folder = dirname(dirname(garden.files[0] ?? ''));
		const collector = await startCollector(binary ?? '', {
			traces: join(folder, 'traces/*.jsonl'),
			metrics: join(folder, 'metrics/*.jsonl'),
		});
		try {
			const spans = await received(
				() => readTraces([join(collector.folder, 'traces.jsonl')]),
				garden.spans.length,
				'spans',
			);
			expect(spans.sort(byId)).toEqual([...garden.spans].sort(byId));
			const file = join(collector.folder, 'metrics.jsonl');
			const got = await received(() => readMetrics([file]), points.length, 'metrics');
			expect([...got].sort(byLabels)).toEqual([...points].sort(byLabels));
			expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeGreaterThan(0);
		} finally {
			await collector.stop();
		}
	});
});
