// Makes spans until it is killed, and reports on stdout how many of the first ones are on the disk or were delivered,
// as `J <count>`. With the argument `heir` it makes none, and ends when nothing is left to send.
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { lawful } from '../../../scripts/arrives/law.mjs';

const { deliveryDefaults, otlp, otlpDefaults } = await import(`${process.env.BUNDLE}/delivery-entry.mjs`);
const [name, how] = process.argv.slice(2);

const ends = new Set();
const parts = await otlp.create(
	{ ...otlpDefaults(), endpoint: process.env.ENDPOINT, headers: { 'x-writer': name }, timeout: 1000 },
	{
		directory: process.cwd(),
		signals: ['traces'],
		whenProcessEnds: (write) => {
			ends.add(write);
			return () => ends.delete(write);
		},
		delivery: { ...deliveryDefaults, directory: process.env.OUTBOX, delay: Number(process.env.WINDOW) },
	},
);
const provider = new TracerProvider({ spanProcessors: parts.spanProcessors });
const tracer = provider.getTracer('oracle');
const counts = () => {
	const spans = lawful(parts.stats().spans);
	if (spans.dropped > 0) throw new Error(`dropped: ${JSON.stringify(spans)}`);
	return spans;
};

if (how === 'heir') {
	const check = setInterval(async () => {
		await provider.forceFlush();
		if (counts().onDisk > 0) return;
		clearInterval(check);
		await provider.shutdown();
	}, 50);
} else {
	let made = 0;
	let last = -1;
	// The pipe is written synchronously: a report from before the kill is not lost.
	setInterval(() => {
		for (let i = 0; i < 20; i++) {
			const id = `${name}:${made++}`;
			tracer.startSpan(id, { attributes: { payload: id.repeat(1 + (made % 40)) } }).end();
		}
		process.stdout.write(`M ${made} ${Date.now()}\n`);
	}, 5);
	setInterval(() => {
		const journalled = made - counts().queued;
		if (journalled === last) return;
		last = journalled;
		process.stdout.write(`J ${journalled}\n`);
	}, 1);
}
