// The application of `npm run soak`: `soaked.mjs <invocations> <outages>`. It invokes a woven method, asks its parent
// on stdout to stop and start the backend, and prints its memory after each tenth, measured after a garbage collection.
import { once } from 'node:events';
import { Resolver, Traced } from 'agentese-otel';
import { startTelemetry } from 'agentese-otel/presets';
import { keepLaw, lawful } from './law.mjs';

const [invocations, outages] = process.argv.slice(2).map(Number);

/** Invocations in one turn of the event loop. */
const TURN = 100;

/** Above this number of queued spans the application pauses, as a server does between requests. */
const AT_ONCE = 5000;

const started = await startTelemetry({
	preset: 'otlp',
	otlp: { endpoint: process.env.ENDPOINT },
	delivery: { directory: process.env.OUTBOX },
	autoInstrumentation: false,
});
const telemetry = keepLaw(started);

class Soul {
	challenge(thesis) {
		return thesis + 1;
	}
}
// Decorators, applied as TypeScript's `experimentalDecorators` does: JavaScript has no syntax for them.
const descriptor = Object.getOwnPropertyDescriptor(Soul.prototype, 'challenge');
Object.defineProperty(Soul.prototype, 'challenge', Traced()(Soul.prototype, 'challenge', descriptor) ?? descriptor);
Resolver('self.soul')(Soul);
const soul = new Soul();

const spans = () => lawful(telemetry.stats().spans);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks the parent to stop ('down') or start ('up') the backend, and waits until it has done so. */
async function switchBackend(state) {
	process.stdout.write(`${JSON.stringify({ backend: state })}\n`);
	const { delivered } = spans();
	await once(process.stdin, 'data');
	// The sender retries less often the longer an outage lasts. The next outage must not begin before it noticed the
	// end of this one, for which it has 60 s.
	const limit = Date.now() + 60_000;
	while (state === 'up' && spans().delivered === delivered && Date.now() < limit) await sleep(20);
}

let made = 0;
/** Prints the memory of the process in bytes, and the counts of spans. */
function mark() {
	globalThis.gc();
	const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
	process.stdout.write(`${JSON.stringify({ made, rss, heapUsed, arrayBuffers, spans: spans() })}\n`);
}

async function invoke(upTo) {
	while (made < upTo) {
		for (const end = Math.min(upTo, made + TURN); made < end; made++) soul.challenge(made);
		await turn();
		while (spans().queued > AT_ONCE) await sleep(5);
	}
}

// The run has a part for each outage; the backend is down during the second half of each. `at` counts invocations.
const changes = Array.from({ length: outages }, (_, index) => [
	{ at: Math.floor(((index + 0.5) / outages) * invocations), state: 'down' },
	{ at: Math.floor(((index + 1) / outages) * invocations), state: 'up' },
]).flat();
for (let tenth = 1; tenth <= 10; tenth++) {
	const end = Math.floor((tenth / 10) * invocations);
	while (changes[0]?.at <= end) {
		const { at, state } = changes.shift();
		await invoke(at);
		await switchBackend(state);
	}
	await invoke(end);
	mark();
}
process.stdin.unref();
// Up to 120 s to send what is on disk. The exit code is 1 unless everything was sent.
for (const limit = Date.now() + 120_000; spans().onDisk > 0 && Date.now() < limit; ) await telemetry.flush();
await telemetry.shutdown();
const { delivered, queued, onDisk, dropped } = spans();
if (delivered !== invocations || queued + onDisk + dropped > 0) process.exitCode = 1;
