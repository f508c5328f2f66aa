// Spends a day in the garden with the config that it is given, and says where the json preset wrote it. It ends when its
// standard input does: until then a Prometheus may scrape it.
import { startTelemetry } from 'agentese-otel/presets';
import { makeGarden, spendDay } from '../../../dist/examples/garden/day.js';
import { startModel } from '../../../dist/examples/garden/model.js';
import { keepLaw } from '../../../scripts/arrives/law.mjs';

const { config, days } = JSON.parse(process.argv[2] ?? '{}');
const telemetry = keepLaw(await startTelemetry(config));
const model = await startModel();
const garden = makeGarden(model);
for (let day = 0; day < days; day++) await spendDay(garden);
await telemetry.flush();
process.stdout.write(`${JSON.stringify({ files: telemetry.stats().files })}\n`);
process.stdin.resume().on('end', async () => {
	await telemetry.shutdown();
	await model[Symbol.asyncDispose]();
	process.stdout.write(`${JSON.stringify({ stats: telemetry.stats() })}\n`);
});
