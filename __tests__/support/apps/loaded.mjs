// Prints which of OpenTelemetry's instrumentations are loaded, as CommonJS or as ES modules.
import { createRequire } from 'node:module';

const seen = globalThis.SEEN ?? [];
const { cache } = createRequire(import.meta.url);
const paths = [...Object.keys(cache), ...seen];
const names = paths.flatMap((path) => /@opentelemetry\/((?:auto-)?instrumentation[^/]*)\//.exec(path)?.[1] ?? []);
console.log(JSON.stringify([...new Set(names)].sort()));
