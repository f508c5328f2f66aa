// Makes spans, a metric and log records by the config of its folder, whose backend is away; says so when they stand on the disk.
// Then it lives until it is killed.
import { keepLaw } from '../../../scripts/arrives/law.mjs';

const { logs, metrics, startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [count, prefix] = process.argv.slice(2);

const telemetry = keepLaw(await startTelemetry());
const tracer = trace.getTracer('t');
for (let i = 0; i < Number(count); i++) tracer.startSpan(`${prefix} ${i}`).end();
metrics.getMeter('t').createCounter(`${prefix}.counted`).add(1);
logs.getLogger('t').emit({ body: `${prefix} said` });
await telemetry.flush();
const { spans, metricPoints, logs: records } = telemetry.stats();
console.log(JSON.stringify([spans.onDisk, metricPoints.onDisk, records.onDisk]));
setInterval(() => undefined, 1000);
