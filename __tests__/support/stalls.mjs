// Sends one span to a backend that stalls, ends as its first argument names, and prints what keeps the process alive.
const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [how] = process.argv.slice(2);

/** What is open, without the process's own pipes. */
const open = () => process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY)Wrap$/.test(name));

const telemetry = await startTelemetry({
	preset: 'otlp',
	otlp: { endpoint: process.env.ENDPOINT, protocol: process.env.PROTOCOL, timeout: 500 },
	delivery: { directory: process.env.OUTBOX, endTimeout: 1500 },
	autoInstrumentation: false,
});
for (let i = 0; i < 3; i++) {
	trace.getTracer('stalls').startSpan(`span ${i}`).end();
	// Each flush is one request, which ends at its time limit.
	await telemetry.flush();
}
if (how === 'shutdown') {
	await telemetry.shutdown();
	// What was destroyed is closed in the next turns of the loop.
	await new Promise((resolve) => setTimeout(resolve, 50));
	console.log(`after shutdown: ${open().join()}`);
}
process.on('exit', () => console.log(`at exit: ${open().join()} ${JSON.stringify(telemetry.stats().spans)}`));
if (how === 'SIGTERM') {
	setInterval(() => undefined, 1000);
	process.kill(process.pid, 'SIGTERM');
}
