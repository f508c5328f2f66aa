import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PointRead } from '../../examples/garden/read.js';
import { backend } from '../../scripts/backends.mjs';
import { type GardenRun, runGarden } from './support/garden.js';
import { ask, eventually, freePort, newFolder, type Server, startPrometheus } from './support/servers.js';

interface Answer {
	readonly data: {
		readonly result: readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];
	};
}

/** Returns the sums of a metric in Prometheus, by the labels of the toolkit. */
async function sums(api: string, query: string): Promise<Record<string, number>> {
	const answer = await ask<Answer>(`${api}/api/v1/query?query=${encodeURIComponent(query)}`);
	const rows = (answer?.data.result ?? []).map(({ metric, value }) => [
		Object.keys(metric)
			.sort()
			.map((key) => metric[key])
			.join(' '),
		Number(value[1]),
	]);
	return Object.fromEntries(rows);
}

/** Returns the same sums from the files of the json preset. */
function recorded(points: readonly PointRead[], metric: string, labels: readonly string[]): Record<string, number> {
	const rows: Record<string, number> = {};
	for (const point of points.filter((one) => one.metric === metric)) {
		const key = labels.map((label) => point.labels[label]).join(' ');
		rows[key] = (rows[key] ?? 0) + point.value;
	}
	return rows;
}

const BY_OUTCOME = 'sum by (agentese_outcome, agentese_path) (agentese_invocations_total)';
const BY_DIRECTION = 'sum by (agentese_tokens_direction, agentese_path) (agentese_tokens_total)';
const binary = await backend('prometheus');
const DAYS = 3;

(binary === undefined ? describe.skip : describe)('a real Prometheus', () => {
	async function agree(api: string, garden: GardenRun): Promise<void> {
		const paths = new Set(garden.spans.map((span) => span.attributes['agentese.path']));
		expect(paths.size).toBeGreaterThan(10);
		// A scrape that timed out leaves a gap without these series.
		const some = (query: string) =>
			eventually(async () => {
				const all = await sums(api, query);
				return Object.keys(all).length > 0 ? all : undefined;
			}, query);
		const invocations = await some(BY_OUTCOME);
		const tokens = await some(BY_DIRECTION);
		const quantile = await some(
			'histogram_quantile(0.5, sum by (le) (agentese_invoke_duration_milliseconds_bucket{agentese_path="self.soul.challenge"}))',
		);
		const { points } = await garden.end();
		expect(invocations).toEqual(recorded(points, 'agentese.invocations', ['agentese.outcome', 'agentese.path']));
		expect(tokens).toEqual(recorded(points, 'agentese.tokens', ['agentese.path', 'agentese.tokens.direction']));
		// The method sleeps for 12 ms.
		expect(quantile['']).toBeGreaterThan(10);
		expect(quantile['']).toBeLessThan(1000);
	}

	describe('that scrapes', () => {
		let prometheus: Server;
		let port = 0;
		beforeAll(async () => {
			port = await freePort();
			prometheus = await startPrometheus(binary ?? '', [`127.0.0.1:${port}`]);
		});
		afterAll(() => prometheus?.stop());

		it('has the target up, and the numbers of the calls that were made', async () => {
			const garden = await runGarden(
				{
					serviceName: 'garden',
					preset: ['json', 'prometheus'],
					prometheus: { host: '127.0.0.1', port },
					json: { directory: newFolder('garden') },
				},
				DAYS,
			);
			await eventually(async () => {
				const up = await sums(prometheus.urls['api'] ?? '', 'sum(up) + sum(count_over_time(up[2s]))');
				return (up[''] ?? 0) > 1 ? true : undefined;
			}, 'the target');
			await agree(prometheus.urls['api'] ?? '', garden);
		});
	});

	describe('that receives OTLP', () => {
		let prometheus: Server;
		beforeAll(async () => {
			prometheus = await startPrometheus(binary ?? '', []);
		});
		afterAll(() => prometheus?.stop());

		it('has the same numbers under the same names', async () => {
			const garden = await runGarden(
				{
					serviceName: 'garden',
					preset: ['json', 'otlp'],
					otlp: { endpoint: prometheus.urls['otlp'] },
					json: { directory: newFolder('garden') },
				},
				DAYS,
			);
			await agree(prometheus.urls['api'] ?? '', garden);
		});
	});
});
