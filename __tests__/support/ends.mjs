// Records five spans and some metrics, and ends in the way that its first argument names.
const { metrics, startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [how, listeners = ''] = process.argv.slice(2);

for (const event of listeners.split(',').filter(Boolean)) {
	process.on(event, (value) => {
		console.log(`${event} ${value instanceof Error ? value.message : value}`);
		if (event === 'SIGTERM') setTimeout(() => process.exit(7), 20);
	});
}

await startTelemetry({ serviceName: 'ends', json: { directory: process.env.DIR } });
const tracer = trace.getTracer('t');
const meter = metrics.getMeter('m');
const counter = meter.createCounter('calls');
const histogram = meter.createHistogram('duration');
meter.createObservableGauge('heat').addCallback((result) => result.observe(36));
meter.createObservableCounter('late').addCallback(async (result) => {
	result.observe(4);
	await null;
	result.observe(5, { seen: 'too late' });
});
const one = meter.createObservableUpDownCounter('both');
meter.addBatchObservableCallback((result) => result.observe(one, 11), [one]);
for (let i = 0; i < 5; i++) {
	tracer.startSpan(`span ${i}`).end();
	counter.add(2);
	histogram.record(10 * i);
}

const ways = {
	natural: () => undefined,
	exit: () => process.exit(3),
	exitCode: () => {
		process.exitCode = 4;
	},
	throw: () => {
		setTimeout(() => {
			throw new Error('thrown');
		});
	},
	reject: () => {
		Promise.reject(new Error('rejected'));
	},
	burst: () => {
		for (let i = 5; i < 20_000; i++) tracer.startSpan(`span ${i}`).end();
		process.exit(3);
	},
	running: async () => {
		// Ends while chunks are being written in the background.
		for (let i = 5; i < 6000; i++) tracer.startSpan(`span ${i}`).end();
		for (let turn = 0; turn < Number(process.env.TURNS); turn++) await new Promise(setImmediate);
		process.exit(3);
	},
	secondSignal: () => {
		const alive = setInterval(() => undefined, 1000);
		process.once('SIGTERM', () => {
			console.log('not yet');
			setTimeout(() => {
				tracer.startSpan('after the first').end();
				process.kill(process.pid, 'SIGTERM');
				setTimeout(() => clearInterval(alive), 2000);
			}, 50);
		});
		process.kill(process.pid, 'SIGTERM');
	},
	late: () => {
		process.on('exit', () => tracer.startSpan('at the very end').end());
	},
};
if (how.startsWith('SIG')) {
	setInterval(() => undefined, 1000);
	process.kill(process.pid, how);
} else await ways[how]();
