// An application that executes commands from messages, as a process, a worker of a cluster or a thread. It responds to
// each with the counts of its spans, for which made = written + queued + onDisk + dropped holds.
import { parentPort } from 'node:worker_threads';
import { trace } from '@opentelemetry/api';
import { startTelemetry } from 'agentese-otel/presets';
import { keepLaw, lawful } from '../../../scripts/arrives/law.mjs';

const started = await startTelemetry({
	preset: 'otlp',
	otlp: { endpoint: process.env.ENDPOINT },
	delivery: { directory: process.env.OUTBOX, ...JSON.parse(process.env.DELIVERY ?? '{}') },
	autoInstrumentation: false,
});
const telemetry = keepLaw(started);
const tracer = trace.getTracer('application');
const { now } = Date;
/** The toolkit's clock, which it took when it was loaded: a changed global does not reach it. */
const platform = globalThis[Symbol.for('agentese-otel.shared.1')].get('runtime/platform');
let made = 0;

const deeds = {
	make({ prefix = 'span', count = 1, bytes = 0 }) {
		const attributes = bytes > 0 ? { payload: 'x'.repeat(bytes) } : {};
		for (let i = 0; i < count; i++) tracer.startSpan(`${prefix} ${made++}`, { attributes }).end();
	},
	flush: () => telemetry.flush(),
	stats: () => undefined,
	/** Shifts the clock from now on. */
	clock({ ms }) {
		Date.now = () => now() + ms;
		platform.dateNow = Date.now;
	},
	/** Drops the privileges of root. */
	user({ uid, gid }) {
		process.setgroups([]);
		process.setgid(gid);
		process.setuid(uid);
	},
	end: () => telemetry.shutdown(),
};

export async function answer({ id, deed, ...how }) {
	try {
		await deeds[deed](how);
		return { id, spans: lawful(telemetry.stats().spans) };
	} catch (error) {
		return { id, error: String(error?.stack ?? error) };
	}
}

if (parentPort !== null) {
	parentPort.on('message', async (message) => parentPort.postMessage(await answer(message)));
	parentPort.postMessage({ ready: true });
} else if (process.env.FAMILY === undefined) {
	process.on('message', async (message) => {
		const answered = await answer(message);
		process.send(answered, () => {
			if (message.deed === 'end') process.disconnect();
		});
	});
	process.send({ ready: true });
}
