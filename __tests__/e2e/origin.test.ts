import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { backend } from '../../scripts/backends.mjs';
import { runGarden } from './support/garden.js';
import type { JaegerAnswer } from './support/jaeger.js';
import { ask, eventually, newFolder, type Server, startJaeger, startPrometheus } from './support/servers.js';

const ORIGIN = fileURLToPath(new URL('../fixtures/origin-telemetry.yaml', import.meta.url));
const jaegerBinary = await backend('jaeger');
const prometheusBinary = await backend('prometheus');
const missing = jaegerBinary === undefined || prometheusBinary === undefined;

// The only test with fixed ports. They are kgents's: OTLP over gRPC on 4317, and the metrics page on 9090.
(missing ? describe.skip : describe)("the origin's own telemetry.yaml, unchanged", () => {
	let jaeger: Server;
	let prometheus: Server;
	beforeAll(async () => {
		jaeger = await startJaeger(jaegerBinary ?? '', 4317);
		prometheus = await startPrometheus(prometheusBinary ?? '', ['localhost:9090']);
	});
	afterAll(async () => {
		await jaeger?.stop();
		await prometheus?.stop();
	});

	it('brings traces to a real Jaeger over gRPC, and metrics to a real Prometheus', async () => {
		const home = newFolder('home');
		mkdirSync(join(home, '.kgents'));
		copyFileSync(ORIGIN, join(home, '.kgents', 'telemetry.yaml'));
		const env = { ...process.env, HOME: home, OTEL_SERVICE_NAME: 'garden' };
		const garden = await runGarden(undefined, 1, { cwd: home, env });
		expect(garden.files).toEqual([]);
		const traces = await eventually(async () => {
			const answer = await ask<JaegerAnswer>(`${jaeger.urls['query']}/api/traces?service=garden&limit=100`);
			return answer?.data.length === 10 ? answer.data : undefined;
		}, 'ten traces');
		expect(traces.flatMap(({ spans }) => spans).length).toBe(17);
		const query = encodeURIComponent('sum by (agentese_outcome) (agentese_invocations_total)');
		const counts = await eventually(async () => {
			const answer = await ask<{ data: { result: { metric: Record<string, string>; value: [number, string] }[] } }>(
				`${prometheus.urls['api']}/api/v1/query?query=${query}`,
			);
			return answer?.data.result.length === 3 ? answer.data.result : undefined;
		}, 'the counters');
		const byOutcome = Object.fromEntries(
			counts.map(({ metric, value }) => [metric['agentese_outcome'], Number(value[1])]),
		);
		expect(byOutcome).toEqual({ ok: 11, refused: 1, error: 3 });
		expect((await garden.end()).stderr).toBe('');
	});
});
