// Ends by an uncaught error: with telemetry that has something to send or, without an endpoint, without telemetry.
const [how] = process.argv.slice(2);
if (process.env.ENDPOINT !== undefined) {
	const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
	await startTelemetry({ preset: 'otlp', otlp: { endpoint: process.env.ENDPOINT, protocol: 'http/json' } });
	for (let i = 0; i < 5; i++) trace.getTracer('t').startSpan(`span ${i}`).end();
}

const ways = {
	error: () => {
		throw new TypeError('thrown', { cause: new Error('why') });
	},
	syntax: () => JSON.parse('{'),
	rejection: async () => {
		await null;
		throw new Error('rejected');
	},
	rejectedValue: () => void Promise.reject(5),
	value: () => {
		throw 5;
	},
};
setTimeout(() => ways[how]());
