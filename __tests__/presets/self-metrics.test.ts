import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { diag, trace } from '@opentelemetry/api';
import { startTelemetry } from '../../presets/index.js';
import { lastMetrics, temporary } from './support/children.js';
import { type Deed, type Misbehaving, misbehaving } from './support/misbehaving.js';
import { heard } from './support/providers.js';

let directory: string;
let backend: Misbehaving;
let deed: Deed;

beforeEach(async () => {
	directory = temporary();
	deed = { take: true };
	backend = await misbehaving('http/protobuf', () => deed);
	heard();
});
afterEach(async () => {
	delete process.env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'];
	diag.disable();
	await backend.close();
	rmSync(directory, { recursive: true, force: true });
});

/** One span that is accepted, one that is refused in part and one that waits, and the metrics of it by name. */
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
	const found = lastMetrics(directory);
	await telemetry.shutdown();
	return Object.fromEntries(
		Object.entries(found).filter(([name]) => /^otel\.sdk\.(processor|exporter)\.span/.test(name)),
	);
}

it("what is delivered is told under OpenTelemetry's own names, where its variable asks for them", async () => {
	process.env['OTEL_NODE_EXPERIMENTAL_SDK_METRICS'] = 'true';
	expect(await metricsOf()).toEqual({
		'otel.sdk.processor.span.queue.size': [1],
		'otel.sdk.processor.span.processed': [1, 1],
		'otel.sdk.exporter.span.exported': [1, 1],
	});
});

it('is not told else', async () => {
	expect(await metricsOf()).toEqual({});
});
