// Records spans for a backend that may be unreachable, and ends in the way that its first argument names.
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';
import { keepLaw } from '../../scripts/arrives/law.mjs';

const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [how, count = '100', prefix = 'span'] = process.argv.slice(2);

const started = await startTelemetry({
	serviceName: 'delivers',
	preset: ['otlp'],
	otlp: { endpoint: process.env.ENDPOINT, protocol: process.env.PROTOCOL },
	delivery: { directory: process.env.OUTBOX },
});
const telemetry = keepLaw(started);
const tracer = trace.getTracer('t');
for (let i = 0; i < Number(count); i++) tracer.startSpan(`${prefix} ${i}`).end();

const alive = () => setInterval(() => undefined, 1000);
const ways = {
	natural: () => undefined,
	exit: () => process.exit(3),
	late: () => setTimeout(() => process.exit(3), 300),
	throw: () => {
		setTimeout(() => {
			throw new Error('thrown');
		});
	},
	reject: () => {
		Promise.reject(new Error('rejected'));
	},
	shutdown: () => telemetry.shutdown(),
	// A thread with its own telemetry, and one that is terminated.
	threads: async () => {
		const thread = (way) =>
			new Worker(new URL(import.meta.url), { argv: [way, count, `thread ${way}`], env: process.env });
		await once(thread('exit'), 'exit');
		const other = thread('idle');
		await once(other, 'message');
		await new Promise((resolve) => setTimeout(resolve, 700));
		await other.terminate();
	},
	idle: () => {
		alive();
		parentPort?.postMessage('made');
	},
	// Open when the process ends: an invocation within another one, and a span without an invocation.
	amid: async () => {
		const { Resolver, Traced } = await import(`${process.env.BUNDLE}/entry.mjs`);
		class Soul {
			challenge() {
				return this.dream();
			}
			dream() {
				tracer.startSpan('plain');
				setTimeout(() => process.exit(3), 20);
				return new Promise(() => undefined);
			}
		}
		for (const name of ['challenge', 'dream']) {
			const described = Object.getOwnPropertyDescriptor(Soul.prototype, name);
			Object.defineProperty(Soul.prototype, name, Traced()(Soul.prototype, name, described) ?? described);
		}
		Resolver('self.soul')(Soul);
		void new Soul().challenge();
	},
	SIGKILL: () => {
		// After the time of `delivery.delay`, however busy the machine is.
		const kill = () => telemetry.stats().spans.queued === 0 && process.kill(process.pid, 'SIGKILL');
		setTimeout(() => setInterval(kill, 20), 700);
	},
	// The next start sends what it finds on disk, as long as the backend accepts it.
	heir: async () => {
		for (let before = -1; telemetry.stats().spans.delivered > before; ) {
			before = telemetry.stats().spans.delivered;
			await telemetry.flush();
		}
		console.log(JSON.stringify(telemetry.stats().spans));
	},
};
if (how !== 'SIGKILL' && how.startsWith('SIG')) {
	alive();
	process.kill(process.pid, how);
} else await ways[how]();
