import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { prometheusDefaults } from '../../presets/prometheus/options.js';
import { prometheus } from '../../presets/prometheus/preset.js';
import { temporary } from '../support/children.js';
import { environment, providers } from '../support/providers.js';
import { eventually, freePort } from './support/servers.js';

const missing = ['prometheus', 'promtool'].filter((name) => spawnSync(name, ['--version']).error !== undefined);
if (missing.length > 0) {
	const line = `e2e/prometheus-page: there is no ${missing.join(' and no ')} on this machine (Debian: apt-get install prometheus).`;
	if (process.env['CI'] === 'true') throw new Error(line);
	process.stderr.write(`SKIPPED ${line}\n`);
}
const withPrometheus = missing.length > 0 ? describe.skip : describe;

let directory: string;
let server: ChildProcess | undefined;

beforeEach(() => {
	directory = temporary();
});
afterEach(async () => {
	if (server?.exitCode === null) {
		const ended = new Promise((resolve) => server?.once('exit', resolve));
		server.kill('SIGKILL');
		await ended;
	}
	rmSync(directory, { recursive: true, force: true });
});

/** Returns the page with every kind of metric on it. */
async function started() {
	const parts = await prometheus.create({ ...prometheusDefaults, port: 0 }, environment());
	const sdk = providers(parts);
	const { meter } = sdk;
	meter.createCounter('agentese.invocations', { unit: '{invocation}' }).add(3, { 'agentese.outcome': 'ok' });
	meter.createCounter('agentese.invocations', { unit: '{invocation}' }).add(2, { 'agentese.outcome': 'error' });
	const duration = meter.createHistogram('agentese.invoke.duration', { unit: 'ms', description: 'Duration "of" it.' });
	for (const ms of [1, 20, 300, 4000]) duration.record(ms);
	meter.createUpDownCounter('agentese.invoke.active', { unit: '{invocation}' }).add(1);
	meter.createGauge('cpu.utilization', { unit: '1', description: 'a\\b\nc' }).record(0.25, { le: 'x', 'a.b': '"\\\n' });
	meter.createObservableCounter('time', { unit: 's' }).addCallback((result) => result.observe(1.5));
	return { ...sdk, url: parts.stats?.().backends?.[0]?.endpoint.replace('localhost', '127.0.0.1') ?? '' };
}

withPrometheus('the page', () => {
	it('is accepted by promtool, which only reports the unit milliseconds and metrics without a description', async () => {
		const { url, shutdown } = await started();
		const input = await (await fetch(url)).text();
		await shutdown();
		const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
		expect([stdout, stderr.trim().split('\n')]).toEqual([
			'',
			[
				'agentese_invocations_total no help text',
				'agentese_invoke_active no help text',
				'agentese_invoke_duration_milliseconds use base unit "seconds" instead of "milliseconds"',
				'time_seconds_total no help text',
			],
		]);
	});

	it('is scraped by a real Prometheus as OpenMetrics, with the recorded values and the names of the docs', async () => {
		const { url, shutdown } = await started();
		const port = await freePort();
		writeFileSync(
			join(directory, 'prometheus.yml'),
			`scrape_configs: [{ job_name: garden, scrape_interval: 1s, static_configs: [{ targets: ['${new URL(url).host}'] }] }]`,
		);
		server = spawn(
			'prometheus',
			[
				`--config.file=${directory}/prometheus.yml`,
				`--storage.tsdb.path=${directory}/data`,
				`--web.listen-address=127.0.0.1:${port}`,
			],
			{ stdio: 'ignore' },
		);
		/** Waits for a result that is not empty: after a scrape that timed out there is none until the next one. */
		const ask = (query: string) =>
			eventually(async (): Promise<Record<string, string> | undefined> => {
				const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`);
				const { data } = (await answer.json()) as {
					data: { result: { metric: Record<string, string>; value: [number, string] }[] };
				};
				const rows = data.result.map(({ metric, value }) => [metric['agentese_outcome'] ?? '', value[1]]);
				return rows.length > 0 ? Object.fromEntries(rows) : undefined;
			}, query);
		expect(await ask('up{job="garden"} == 1')).toEqual({ '': '1' });
		expect(await ask('agentese_invocations_total')).toEqual({ ok: '3', error: '2' });
		expect(await ask('agentese_invoke_duration_milliseconds_count')).toEqual({ '': '4' });
		expect(await ask('agentese_invoke_active')).toEqual({ '': '1' });
		expect(await ask('cpu_utilization_ratio')).toEqual({ '': '0.25' });
		expect(await ask('time_seconds_total')).toEqual({ '': '1.5' });
		const half = await ask('histogram_quantile(0.5, agentese_invoke_duration_milliseconds_bucket)');
		expect(Number(half[''])).toBeGreaterThanOrEqual(10);
		expect(Number(half[''])).toBeLessThanOrEqual(25);
		const targets = await eventually(async () => {
			const { data } = (await (await fetch(`http://127.0.0.1:${port}/api/v1/targets`)).json()) as {
				data: { activeTargets: { health: string; lastError: string }[] };
			};
			return data.activeTargets[0]?.health === 'up' ? data.activeTargets : undefined;
		}, 'the target');
		expect(targets).toMatchObject([{ health: 'up', lastError: '' }]);
		await shutdown();
	});
});
