// The application of `npm run arrives`: `app.mjs ours|stock <action> <count> <prefix>`. It starts this package's
// telemetry, or the stock OpenTelemetry SDK as its documentation shows it, creates `count` spans and ends as `action`
// names. Environment: ENDPOINT and PROTOCOL of the backend, and OUTBOX, the directory of the journal.
import { trace } from '@opentelemetry/api';

const [kind, action, count, prefix] = process.argv.slice(2);
const { ENDPOINT, PROTOCOL, OUTBOX } = process.env;

/** Spans per second of the action `steady`. */
const RATE = 100;

/** Starts this package with the otlp preset. The process fails at its exit if the counts of `stats()` do not add up. */
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

/** Starts OpenTelemetry's NodeSDK with a batch processor and the OTLP exporter of PROTOCOL. */
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
// The stock SDK's shutdown rejects if its backend was unreachable.
const shutdown = () => telemetry.shutdown().catch(() => undefined);
/** How long each span took to start and end, in ms. */
const durations = [];
let made = 0;

/** Creates spans until there are `upTo`. */
function make(upTo = Number(count)) {
	while (made < upTo) {
		const before = performance.now();
		tracer.startSpan(`${prefix} ${made++}`, { attributes: { 'agentese.path': 'self.soul.challenge' } }).end();
		durations.push(performance.now() - before);
	}
}

const actions = {
	/** Creates spans at `RATE`, shuts down, and prints the 99th percentile of their durations in ms, and the counts. */
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
	/** Creates all spans in one turn of the event loop, and shuts down. */
	async burst() {
		make();
		await shutdown();
	},
	/** Lets the process end by itself, without a shutdown. */
	natural: () => make(),
	/** Calls `process.exit()`, without a shutdown. */
	exit() {
		make();
		process.exit(3);
	},
	/** Ends by an uncaught error. */
	throw() {
		make();
		setTimeout(() => {
			throw new Error('an uncaught error');
		});
	},
	/** Ends by an unhandled rejection. */
	reject() {
		make();
		void Promise.reject(new Error('an unhandled rejection'));
	},
	/** Kills itself 1 s later: by then the journal's write window, 200 ms by default, is over. */
	async SIGKILL() {
		make();
		await sleep(1000);
		process.kill(process.pid, 'SIGKILL');
	},
	/** Creates nothing: the next start, which sends what the process before it left on disk. */
	heir: () => undefined,
};

/** Sends itself the signal that the action names. The timer keeps the process running until then. */
async function signalled() {
	make();
	setInterval(() => undefined, 1000);
	process.kill(process.pid, action);
}

await (actions[action] ?? signalled)();
