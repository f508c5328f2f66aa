import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { diag, trace } from '@opentelemetry/api';
import { startTelemetry } from '../../../sdk/index.js';
import { linesOf, temporary } from '../../support/children.js';
import { type Deed, type Misbehaving, misbehaving } from '../../support/misbehaving.js';
import { captureLogs } from '../../support/providers.js';

let directory: string;
let backend: Misbehaving;
let deed: Deed;

beforeEach(async () => {
	directory = temporary();
	deed = { take: true };
	backend = await misbehaving('http/protobuf', () => deed);
	captureLogs();
});
afterEach(async () => {
	delete process.env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'];
	diag.disable();
	await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

/** Sends a span that is accepted, one that is refused and one that waits, and returns the metrics by name. */
async function metricsOf(): Promise<Record<string, unknown[]>> {
	const telemetry = await startTelemetry({
		preset: ['json', 'jaeger'],
		jaeger: { endpoint: backend.url },
		json: { directory },
	});
	const make = async (name: string) => {
		trace.getTracer('t').startSpan(name).end();
		await telemetry.flush();
	};
	await make('accepted');
	deed = { take: true, refused: 1 };
	await make('refused');
	deed = { status: 503, code: 14 };
	await make('waiting');
	await telemetry.flush();
	const last = linesOf(directory, 'metrics').at(-1);
	await telemetry.shutdown();
	const found = (last?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
		scopeMetrics.flatMap(({ metrics }) => metrics),
	);
	const exported = found.filter(({ name }) => /^otel\.sdk\.(processor|exporter)\.|^agentese\.delivery\./.test(name));
	return Object.fromEntries(
		exported.map(({ name, sum }) => [
			name,
			(sum?.dataPoints ?? []).map(({ asInt, asDouble, attributes }) => {
				const text = (key: string) => attributes?.find((one) => one.key === key)?.value.stringValue;
				expect([text('otel.component.type'), text('otel.component.name')]).toEqual(['agentese_delivery', 'jaeger']);
				const more = text('error.type') ?? text('agentese.delivery.signal');
				return more === undefined ? (asInt ?? asDouble) : { [String(more)]: asInt ?? asDouble };
			}),
		]),
	);
}

it("counts of delivery are exported as OpenTelemetry's SDK metrics if its variable is true", async () => {
	process.env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'] = 'true';
	expect(await metricsOf()).toEqual({
		'otel.sdk.processor.span.queue.size': [0],
		'otel.sdk.processor.span.processed': [3],
		'otel.sdk.exporter.span.inflight': [1],
		'otel.sdk.exporter.span.exported': [1, { rejected: 1 }],
		'agentese.delivery.retries': [{ span: expect.any(Number) }],
		'agentese.delivery.adopted': [{ span: 0 }],
		'agentese.delivery.dead_letters': [{ span: 0 }],
	});
});

it('they are not exported otherwise', async () => {
	expect(await metricsOf()).toEqual({});
});
