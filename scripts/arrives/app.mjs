// An application under telemetry: ours, or stock OpenTelemetry as its documentation has it. It makes spans, and ends in
// the way that its arguments name: `app.mjs ours|stock <deed> <count> <prefix>`.
import { trace } from '@opentelemetry/api';

const [kind, deed, count, prefix] = process.argv.slice(2);
const { ENDPOINT, PROTOCOL, OUTBOX } = process.env;

/** So many spans a second where they are made all the while. */
const RATE = 100;

async function ours() {
	const { startTelemetry } = await import('agentese-otel/presets');
	const { keepLaw } = await import('./law.mjs');
	const started = await startTelemetry({
		preset: 'otlp',
		otlp: { endpoint: ENDPOINT, protocol: PROTOCOL },
		delivery: { directory: OUTBOX },
		autoInstrumentation: false,
	});
	return keepLaw(started);
}

async function stock() {
	const name = { grpc: 'grpc', 'http/json': 'http' }[PROTOCOL] ?? 'proto';
	const [{ NodeSDK }, { BatchSpanProcessor }, { OTLPTraceExporter }] = await Promise.all([
		import('@opentelemetry/sdk-node'),
		import('@opentelemetry/sdk-trace'),
		import(`@opentelemetry/exporter-trace-otlp-${name}`),
	]);
	const exporter = new OTLPTraceExporter({ url: PROTOCOL === 'grpc' ? ENDPOINT : `${ENDPOINT}/v1/traces` });
	const sdk = new NodeSDK({
		spanProcessors: [new BatchSpanProcessor({ exporter })],
		metricReaders: [],
		logRecordProcessors: [],
	});
	sdk.start();
	return sdk;
}

const telemetry = await (kind === 'ours' ? ours() : stock());
const tracer = trace.getTracer('app');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// The stock SDK rejects where its backend was away.
const shutdown = () => telemetry.shutdown().catch(() => undefined);
const durations = [];
let made = 0;
function make(upTo = Number(count)) {
	while (made < upTo) {
		const before = performance.now();
		tracer.startSpan(`${prefix} ${made++}`, { attributes: { 'agentese.path': 'self.soul.challenge' } }).end();
		durations.push(performance.now() - before);
	}
}

const deeds = {
	async steady() {
		process.stdout.write('ready\n');
		const began = performance.now();
		while (made < Number(count)) {
			make(Math.min(Number(count), Math.floor(((performance.now() - began) / 1000) * RATE)));
			await sleep(1000 / RATE);
		}
		await shutdown();
		const p99 = durations.sort((a, b) => a - b)[Math.floor(durations.length * 0.99)];
		process.stdout.write(`${JSON.stringify({ p99, stats: kind === 'ours' ? telemetry.stats().spans : undefined })}\n`);
	},
	/** All in one turn, and a proper end. */
	async burst() {
		make();
		await shutdown();
	},
	natural: () => make(),
	exit() {
		make();
		process.exit(3);
	},
	throw() {
		make();
		setTimeout(() => {
			throw new Error('an error that nobody catches');
		});
	},
	reject() {
		make();
		void Promise.reject(new Error('a rejection that nobody handles'));
	},
	/** A second later, which is after the window. */
	async SIGKILL() {
		make();
		await sleep(1000);
		process.kill(process.pid, 'SIGKILL');
	},
	/** The next start, which makes nothing. */
	heir: () => undefined,
};

async function signalled() {
	make();
	setInterval(() => undefined, 1000);
	process.kill(process.pid, deed);
}

await (deeds[deed] ?? signalled)();
