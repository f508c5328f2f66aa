// Starts telemetry in code, in an ES module, when node:http was imported already.
import 'node:http';

const { startTelemetry } = await import(`${process.env.BUNDLE}/entry.mjs`);
await startTelemetry({ autoInstrumentation: { include: ['http'] }, json: { directory: process.env.DIR } });
