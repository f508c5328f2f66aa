// Logs a line and writes traces to a stderr whose reader is gone, then answers on stdout.
// node gone-reader.mjs ENTRY PRESETS
import { setTimeout as sleep } from 'node:timers/promises';

const [, , entry, presets] = process.argv;
const { traced } = await import(entry);
const { startTelemetry } = await import(presets);
const telemetry = await startTelemetry({ preset: 'console' });
// Until the reader has gone.
await sleep(300);
const ask = traced(() => 1, { path: 'self.gone.ask', result: () => Symbol('no attribute') });
for (let i = 0; i < 30; i++) {
	ask();
	await sleep(5);
}
await telemetry.shutdown();
process.stdout.write(`alive, ${process.stderr.listenerCount('error')} listeners\n`);
