// Start here. `npm start` runs this file: it starts telemetry with the json preset, invokes the garden's resolvers, and
// reads the files that the preset wrote back into a tree of spans for each trace and a table of metrics.
import { startTelemetry } from 'agentese-otel/presets';
import { createGarden, spendDay } from './day.js';
import { startModel } from './model.js';
import { readMetrics, readTraces } from './read.js';
import { showMetrics, showTraces } from './show.js';

// Start telemetry before the first invocation. The json preset needs no backend: it writes to `.agentese/`.
const telemetry = await startTelemetry({ serviceName: 'garden', preset: ['json'] });
const model = await startModel();
const reply = await spendDay(createGarden(model));
await model[Symbol.asyncDispose]();
// Shut down at the end: it collects the metrics once more, and returns when everything is written.
await telemetry.shutdown();

// Each file that the json preset wrote, one or more for each signal.
const files = telemetry.stats().files;
console.log(`The garden said: ${reply}\n`);
console.log(showTraces(readTraces(files.filter((file) => file.includes('traces')))));
console.log(showMetrics(readMetrics(files.filter((file) => file.includes('metrics')))));
console.log(`\nWritten to ${files.join('\n           ')}`);
console.log('One OTLP JSON object a line. Opens in Jaeger (JSON File), and in the Collector (otlpjsonfile receiver).');
