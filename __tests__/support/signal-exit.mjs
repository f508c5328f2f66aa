// What signal-exit does: it raises the signal again if all the signal's listeners are its own.
const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const listener = () => {
	console.log(`listeners ${process.listenerCount('SIGTERM')}`);
	if (process.listenerCount('SIGTERM') !== 1) return;
	process.removeListener('SIGTERM', listener);
	process.kill(process.pid, 'SIGTERM');
};
process.on('SIGTERM', listener);
await startTelemetry({ json: { directory: process.env.DIR } });
trace.getTracer('t').startSpan('one').end();
setInterval(() => undefined, 1000);
process.kill(process.pid, 'SIGTERM');
setTimeout(() => process.kill(process.pid, 'SIGKILL'), 3000);
