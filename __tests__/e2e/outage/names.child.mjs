// Starts a preset beside hostile names, makes a span, flushes, and prints the counts and the memory that it took.
import { readFile } from 'node:fs/promises';
import { trace } from '@opentelemetry/api';
import { startTelemetry } from 'agentese-otel/presets';

const { PRESET: preset, DIRECTORY: directory, ENDPOINT: endpoint } = process.env;
const telemetry = await startTelemetry({ preset, json: { directory, maxBytes: '1 MiB' }, otlp: { endpoint } });
trace.getTracer('names').startSpan('made').end();
await telemetry.flush();
// The threads that read files are free.
await readFile(import.meta.filename);
const { spans } = telemetry.stats();
if (process.env.HOW === 'shutdown') await telemetry.shutdown();
console.log(JSON.stringify({ spans, megabytes: process.resourceUsage().maxRSS / 1024 }));
if (process.env.HOW === 'exit') process.exit(0);
