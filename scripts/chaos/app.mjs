// The application of `npm run chaos`: `app.mjs ours|stock`. It makes a hundred spans while its backend misbehaves and
// twenty after that, and ends by itself. Environment: ENDPOINT, PROTOCOL, and OUTBOX for this package.
import { trace } from '@opentelemetry/api';

const [kind, action = 'spans'] = process.argv.slice(2);
const { ENDPOINT, PROTOCOL, OUTBOX } = process.env;

/** The time limit of a request, in milliseconds, for both. */
const TIMEOUT = 2000;

async function ours() {
	const { startTelemetry } = await import('agentese-otel/presets');
	const { keepLaw } = await import('../arrives/law.mjs');
	return keepLaw(
		await startTelemetry({
			preset: 'otlp',
			otlp: { endpoint: ENDPOINT, protocol: PROTOCOL, timeout: TIMEOUT },
			delivery: { directory: OUTBOX },
			autoInstrumentation: false,
		}),
	);
}

async function stock() {
	const name = { grpc: 'grpc', 'http/json': 'http' }[PROTOCOL] ?? 'proto';
	const [{ NodeSDK }, { BatchSpanProcessor }, { OTLPTraceExporter }] = await Promise.all([
		import('@opentelemetry/sdk-node'),
		import('@opentelemetry/sdk-trace'),
		import(`@opentelemetry/exporter-trace-otlp-${name}`),
	]);
	const url = PROTOCOL === 'grpc' ? ENDPOINT : `${ENDPOINT}/v1/traces`;
	const exporter = new OTLPTraceExporter({ url, timeoutMillis: TIMEOUT });
	const sdk = new NodeSDK({
		spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 500 })],
		metricReaders: [],
		logRecordProcessors: [],
	});
	sdk.start();
	return sdk;
}

const telemetry = await (kind === 'ours' ? ours() : stock());
const tracer = trace.getTracer('chaos');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const make = (from, to) => {
	for (let i = from; i < to; i++) tracer.startSpan(i === 17 ? 'bad' : `span ${i}`).end();
};
if (action === 'heir') {
	// What the process before it left on disk is sent.
	for (let i = 0; i < 100 && telemetry.stats().spans.onDisk === 0; i++) await sleep(20);
	await telemetry.flush();
} else {
	process.stdout.write('ready\n');
	for (let i = 0; i < 10; i++) {
		make(i * 10, i * 10 + 10);
		await sleep(300);
	}
	await new Promise((resolve) => process.stdin.once('data', resolve));
	process.stdin.destroy();
	make(100, 120);
	await sleep(3000);
}
// The stock SDK's shutdown rejects if its backend was unreachable.
const late = setTimeout(() => undefined, 10_000).unref();
await Promise.race([telemetry.shutdown().catch(() => undefined), sleep(10_000)]);
clearTimeout(late);
const { user, system } = process.cpuUsage();
process.stdout.write(`done ${Math.round((user + system) / 1000)}\n`);
// What is left open now is counted at the backend.
if (action !== 'heir') await sleep(1000);
