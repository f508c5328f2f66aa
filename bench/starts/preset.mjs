// Starts the toolkit with the preset of BENCH_PRESET.
import { records, registered, started } from '../lib/started.mjs';

const preset = process.env.BENCH_PRESET;
const { startTelemetry } = await import(process.env.BENCH_PRESETS);
const options = { json: { json: { directory: 'telemetry' } }, otlp: { otlp: { endpoint: process.env.BENCH_CLOSED } } };
await startTelemetry({ preset: [preset], ...options[preset] });
started(records(registered()));
