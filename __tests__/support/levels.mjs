// Starts telemetry with the given level, and logs one message at every level. Nothing listens at the endpoint.
const { diag, startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);

const telemetry = await startTelemetry({
	preset: 'otlp',
	otlp: { endpoint: 'http://127.0.0.1:9', timeout: 50 },
	...(process.argv[2] && { logLevel: process.argv[2] }),
});
for (const level of ['error', 'warn', 'info', 'debug', 'verbose']) diag[level](`logged at ${level}`);
trace.getTracer('t').startSpan('lost').end();
await telemetry.shutdown();
