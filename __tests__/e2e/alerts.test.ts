import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metered, Resolver, Traced } from '../../index.js';
import { startTelemetry } from '../../sdk/index.js';
import { temporary } from '../support/children.js';
import { eventually, freePort } from './support/servers.js';

const missing = spawnSync('prometheus', ['--version']).error !== undefined;
if (missing) {
	const line = 'e2e/alerts: there is no prometheus on this machine (Debian: apt-get install prometheus).';
	if (process.env['CI'] === 'true') throw new Error(line);
	process.stderr.write(`SKIPPED ${line}\n`);
}
const withPrometheus = missing ? describe.skip : describe;

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

/** The alert rules of docs/telemetry.md, evaluated each second, over the last minute in place of five. */
function documentedRules(): string {
	const page = readFileSync(new URL('../../docs/telemetry.md', import.meta.url), 'utf8');
	const rules = /```yaml\n(groups:[\s\S]*?)```/.exec(page)?.[1];
	if (rules === undefined) throw new Error('docs/telemetry.md has no alert rules');
	return rules.replace('[5m]', '[1m]');
}

/** Starts a Prometheus that scrapes an application each second and evaluates the documented rules; returns a query. */
async function startPrometheus(endpoint: string) {
	const port = await freePort();
	writeFileSync(join(directory, 'rules.yml'), documentedRules());
	writeFileSync(
		join(directory, 'prometheus.yml'),
		`global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml]
scrape_configs: [{ job_name: garden, static_configs: [{ targets: ['${new URL(endpoint).host}'] }] }]`,
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
	return async (query: string) => {
		const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`);
		const { data } = (await answer.json()) as {
			data: { result: { metric: Record<string, string>; value: [number, string] }[] };
		};
		return data.result;
	};
}

@Resolver('self.alert')
class Alert {
	@Traced()
	ask(fails: boolean): void {
		if (fails) throw new TypeError('once');
	}

	@Metered()
	never(fails: boolean): void {
		if (fails) throw new TypeError('once');
	}
}

withPrometheus('a real Prometheus', () => {
	it.each([
		['the first error of a path after 20 calls', 20],
		['a first call that is an error', 0],
	] as const)('sees %s, and the documented alert fires', async (_, calls) => {
		const telemetry = await startTelemetry({ preset: 'prometheus', prometheus: { port: 0 } });
		try {
			const [{ endpoint } = { endpoint: '' }] = telemetry.stats().backends;
			const query = await startPrometheus(endpoint.replace('localhost', '127.0.0.1'));
			const alert = new Alert();
			for (let i = 0; i < calls; i++) alert.ask(false);
			const errors = 'agentese_invocations_total{agentese_path="self.alert.ask",agentese_outcome="error"}';
			// Five readings of the series at 0, so that the extrapolation of increase() adds a tenth at most.
			await eventually(async () => {
				const [row] = await query(`count_over_time(${errors}[1m])`);
				return Number(row?.value[1] ?? 0) >= 5 ? true : undefined;
			}, 'the series at 0');
			expect((await query(errors)).map(({ value }) => value[1])).toEqual(['0']);
			expect(() => alert.ask(true)).toThrow('once');
			const increase = await eventually(async () => {
				const [row] = await query(`increase(${errors}[1m])`);
				return Number(row?.value[1] ?? 0) > 0 ? Number(row?.value[1]) : undefined;
			}, 'an increase');
			// Prometheus extrapolates to the borders of the window: from a little over 1.
			expect(Math.round(increase)).toBe(1);
			const firing = await eventually(async () => {
				const found = await query('ALERTS{alertname="AgenteseErrors",alertstate="firing"}');
				return found.length > 0 ? found : undefined;
			}, 'the alert');
			expect(firing.map(({ metric }) => metric['agentese_path'])).toEqual(['self.alert.ask']);
			const types = await query('agentese_errors_total{agentese_path="self.alert.ask"}');
			expect(types.map(({ metric, value }) => [metric['error_type'], value[1]])).toEqual([['TypeError', '1']]);
			const silent = await query('agentese_invocations_total{agentese_path="self.alert.never"}');
			expect(silent.map(({ metric, value }) => [metric['agentese_outcome'], value[1]]).sort()).toEqual([
				['error', '0'],
				['ok', '0'],
			]);
		} finally {
			await telemetry.shutdown();
		}
	});
});
