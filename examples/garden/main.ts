// The toolkit's main job on local files: run the garden with the json preset, then show what those files say.
import { startTelemetry } from 'agentese-otel/presets';
import { makeGarden, spendDay } from './day.js';
import { startModel } from './model.js';
import { readMetrics, readTraces } from './read.js';
import { showMetrics, showTraces } from './show.js';

const telemetry = await startTelemetry({ serviceName: 'garden', preset: ['json'] });
const model = await startModel();
const said = await spendDay(makeGarden(model));
await model[Symbol.asyncDispose]();
await telemetry.shutdown();

const files = telemetry.stats().files;
console.log(`The garden said: ${said}\n`);
console.log(showTraces(readTraces(files.filter((file) => file.includes('traces')))));
console.log(showMetrics(readMetrics(files.filter((file) => file.includes('metrics')))));
console.log(`\nWritten to ${files.join('\n           ')}`);
console.log('One OTLP JSON object a line. Opens in Jaeger (JSON File), and in the Collector (otlpjsonfile receiver).');
