// Ends in the middle of calls, in the way that its first argument names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepLaw } from '../../scripts/arrives/law.mjs';

const { startTelemetry, trace, traceInvocation } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [how] = process.argv.slice(2);
const { ENDPOINT: endpoint, OUTBOX: directory, PRESET: preset } = process.env;

const started = await startTelemetry({
	serviceName: 'open',
	spanName: 'path',
	preset: [preset],
	json: { directory },
	otlp: { endpoint, protocol: 'http/json' },
	delivery: { directory },
});
const telemetry = keepLaw(started);

/** How often the name occurs in the files of the journal, in checkpoints or in records. */
function timesOnDisk(name) {
	if (!existsSync(directory)) return 0;
	const segments = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((one) =>
		/(?:traces|open)\/.*\.segment$/.test(one),
	);
	const text = segments.map((one) => readFileSync(join(directory, one), 'latin1')).join('');
	return text.split(`"name":"${name}"`).length - 1;
}

const until = async (holds) => {
	while (!holds()) await sleep(20);
};

if (how !== 'heir') {
	let enough;
	const longEnough = new Promise((resolve) => {
		enough = resolve;
	});
	void traceInvocation('world.house.build', () => {
		trace.getActiveSpan().setAttribute('note', 'password=swordfish');
		trace.getTracer('t').startSpan('quick').end();
		return new Promise(() => undefined);
	});
	const walked = traceInvocation('world.garden.walk', () => longEnough);
	// Both have a checkpoint, and one of them a second one.
	await until(() => timesOnDisk('world.house.build') > 1 && timesOnDisk('world.garden.walk') > 0);
	enough();
	await walked;
	await telemetry.flush();
	trace.getTracer('t').startSpan('young');
	await sleep(300);
	if (how === 'shutdown') await telemetry.shutdown();
	process.kill(process.pid, how === 'shutdown' ? 'SIGKILL' : how);
	await sleep(60_000);
}
for (let before = -1; telemetry.stats().spans.delivered > before; ) {
	before = telemetry.stats().spans.delivered;
	await telemetry.flush();
}
console.log(JSON.stringify(telemetry.stats().spans));
