// Starts telemetry with the level that it is given, and says something at every level; nothing listens at the endpoint.
const { diag, startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);

const telemetry = await startTelemetry({
	preset: 'otlp',
	otlp: { endpoint: 'http://127.0.0.1:9', timeout: 50 },
	...(process.argv[2] && { logLevel: process.argv[2] }),
});
for (const level of ['error', 'warn', 'info', 'debug', 'verbose']) diag[level](`said at ${level}`);
trace.getTracer('t').startSpan('lost').end();
await telemetry.shutdown();
