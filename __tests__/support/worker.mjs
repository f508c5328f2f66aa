import { workerData } from 'node:worker_threads';

const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
await startTelemetry({ json: { directory: process.env.DIR } });
trace.getTracer('t').startSpan(`worker ${workerData.how}`).end();
if (workerData.how === 'exit') process.exit(5);
