// Starts one preset, and prints the headers into which a context is injected and the loaded packages.
import { createRequire } from 'node:module';
import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';

const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const telemetry = await startTelemetry({ preset: process.argv[2], json: { directory: process.env.DIR } });
const headers = {};
propagation.inject(trace.setSpan(ROOT_CONTEXT, trace.getTracer('t').startSpan('never ended')), headers);
await telemetry.shutdown();
const paths = [...globalThis.SEEN, ...Object.keys(createRequire(import.meta.url).cache)];
const loaded = paths.flatMap((path) => /.*\/node_modules\/(?:@[^/]+\/)?([^/]+)\//.exec(path)?.[1] ?? []);
console.log(JSON.stringify({ headers: Object.keys(headers), loaded: [...new Set(loaded)].sort() }));
