import(`${process.env.BUNDLE}/entry.mjs`).then(({ startTelemetry }) =>
	startTelemetry({ autoInstrumentation: { include: ['http'] }, json: { directory: process.env.DIR } }),
);
