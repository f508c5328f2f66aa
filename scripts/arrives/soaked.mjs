// The application of `npm run soak`: invokes a woven method so often, asks for the weather to change, and says at each
// tenth how much memory that takes, after a collection of garbage.
import { once } from 'node:events';
import { Resolver, Traced } from 'agentese-otel';
import { startTelemetry } from 'agentese-otel/presets';
import { keepLaw, lawful } from './law.mjs';

const [invocations, outages] = process.argv.slice(2).map(Number);

/** So many are invoked in one turn of the loop. */
const TURN = 100;

/** As many wait in memory at most before the application takes a rest: a request of a server would do so too. */
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
const described = Object.getOwnPropertyDescriptor(Soul.prototype, 'challenge');
Object.defineProperty(Soul.prototype, 'challenge', Traced()(Soul.prototype, 'challenge', described) ?? described);
Resolver('self.soul')(Soul);
const soul = new Soul();

const spans = () => lawful(telemetry.stats().spans);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function weather(how) {
	process.stdout.write(`${JSON.stringify({ weather: how })}\n`);
	const { written } = spans();
	await once(process.stdin, 'data');
	// The sender asks less often the longer an outage lasts; the next one is not to begin before it saw the end of this.
	const limit = Date.now() + 60_000;
	while (how === 'back' && spans().written === written && Date.now() < limit) await sleep(20);
}

let made = 0;
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

// The backend is away for the second half of each part; the marks are in between.
const changes = Array.from({ length: outages }, (_, index) => [
	{ at: Math.floor(((index + 0.5) / outages) * invocations), how: 'away' },
	{ at: Math.floor(((index + 1) / outages) * invocations), how: 'back' },
]).flat();
for (let tenth = 1; tenth <= 10; tenth++) {
	const end = Math.floor((tenth / 10) * invocations);
	while (changes[0]?.at <= end) {
		const { at, how } = changes.shift();
		await invoke(at);
		await weather(how);
	}
	await invoke(end);
	mark();
}
process.stdin.unref();
for (const limit = Date.now() + 120_000; spans().onDisk > 0 && Date.now() < limit; ) await telemetry.flush();
await telemetry.shutdown();
const { written, queued, onDisk, dropped } = spans();
if (written !== invocations || queued + onDisk + dropped > 0) process.exitCode = 1;
