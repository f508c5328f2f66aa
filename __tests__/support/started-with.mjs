// Starts one preset, and prints the headers into which a context is injected and the loaded packages.
import { createRequire } from 'node:module';
import { propagation, ROOT_CONTEXT } from '@opentelemetry/api';

const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const telemetry = await startTelemetry({ preset: process.argv[2], json: { directory: process.env.DIR } });
const headers = {};
// Of no span that a backend would receive.
const remote = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
propagation.inject(trace.setSpanContext(ROOT_CONTEXT, remote), headers);
await telemetry.shutdown();
const paths = [...globalThis.SEEN, ...Object.keys(createRequire(import.meta.url).cache)];
const loaded = paths.flatMap((path) => /.*\/node_modules\/(?:@[^/]+\/)?([^/]+)\//.exec(path)?.[1] ?? []);
console.log(JSON.stringify({ headers: Object.keys(headers), loaded: [...new Set(loaded)].sort() }));
