// Runs the garden's invocations `days` times with the config of its first argument, and prints the json preset's files.
// It exits when its standard input ends: until then a Prometheus may scrape it.
import { startTelemetry } from 'agentese-otel/presets';
import { createGarden, spendDay } from '../../../dist/examples/garden/day.js';
import { startModel } from '../../../dist/examples/garden/model.js';
import { keepLaw } from '../../../scripts/arrives/law.mjs';

const { config, days } = JSON.parse(process.argv[2] ?? '{}');
const telemetry = keepLaw(await startTelemetry(config));
const model = await startModel();
const garden = createGarden(model);
for (let day = 0; day < days; day++) await spendDay(garden);
await telemetry.flush();
process.stdout.write(`${JSON.stringify({ files: telemetry.stats().files })}\n`);
process.stdin.resume().on('end', async () => {
	await telemetry.shutdown();
	await model[Symbol.asyncDispose]();
	process.stdout.write(`${JSON.stringify({ stats: telemetry.stats() })}\n`);
});
