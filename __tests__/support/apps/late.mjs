// Starts telemetry in an ES module that has already imported node:http.
import 'node:http';

const { startTelemetry } = await import(`${process.env.BUNDLE}/entry.mjs`);
await startTelemetry({ autoInstrumentation: { include: ['http'] }, json: { directory: process.env.DIR } });
