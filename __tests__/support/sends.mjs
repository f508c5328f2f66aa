// Records five spans for a backend, and ends in the way that its first argument names.
import { writeFileSync } from 'node:fs';

const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [how] = process.argv.slice(2);
const say = (event) => process.on(event, (value) => console.log(`${event} ${value?.message ?? value}`));

await startTelemetry({
	serviceName: 'sends',
	preset: ['otlp', 'json'],
	otlp: { endpoint: process.env.ENDPOINT, protocol: 'http/json' },
	json: { directory: process.env.DIR },
	delivery: {
		journal: process.env.JOURNAL !== 'false',
		...(process.env.END_TIMEOUT && { endTimeout: process.env.END_TIMEOUT }),
	},
});
const tracer = trace.getTracer('t');
for (let i = 0; i < 5; i++) tracer.startSpan(`span ${i}`).end();

/** Resolves when the backend has received all of them. */
const sent = () => fetch(`${process.env.ENDPOINT}/sent`);
const alive = () => setInterval(() => undefined, 1000);
const ways = {
	natural: () => {
		say('beforeExit');
		say('exit');
	},
	exitCode: () => {
		process.exitCode = 4;
	},
	again: () => {
		// Work that the application begins in `beforeExit` makes Node emit the event once more.
		let times = 0;
		process.on('beforeExit', () => {
			console.log(`beforeExit ${++times}`);
			if (times === 1) setTimeout(() => tracer.startSpan('after the first').end(), 10);
			if (times === 2) Promise.resolve().then(() => setTimeout(() => tracer.startSpan('after the second').end(), 10));
		});
	},
	unsettled: () => new Promise(() => undefined),
	exit: () => process.exit(3),
	throw: () => {
		process.on('uncaughtExceptionMonitor', ({ message }) => console.log(`monitor ${message}`));
		setTimeout(() => {
			throw new Error('thrown');
		});
	},
	reject: () => {
		Promise.reject(new Error('rejected'));
	},
	caught: () => {
		// As Sentry does: it does not end the process if there are other listeners.
		process.on('uncaughtException', ({ message }) => {
			console.log(`caught ${message} by ${process.listenerCount('uncaughtException')}`);
			void sent().then(() => process.exit(9));
		});
		setTimeout(() => {
			throw new Error('thrown');
		});
	},
	twice: () => {
		alive();
		process.kill(process.pid, 'SIGTERM');
		setTimeout(() => process.kill(process.pid, 'SIGTERM'), 200);
	},
	others: () => {
		process.on('SIGTERM', () => void sent().then(() => process.exit(7)));
		alive();
		process.kill(process.pid, 'SIGTERM');
	},
};
writeFileSync(`${process.env.DIR}/began`, String(Date.now()));
if (how.startsWith('SIG')) {
	alive();
	process.kill(process.pid, how);
} else await ways[how]();
