// Makes metered calls, some of them after a collection, and exits at once.
const { metered, metrics, startTelemetry } = await import(`${process.env.BUNDLE}/entry.mjs`);
const [how] = process.argv.slice(2);

const telemetry = await startTelemetry({ serviceName: 'ends', json: { directory: process.env.DIR } });
const call = metered(function call() {});
const quick = metered(function quick() {}, { buckets: [60_000] });
const open = metered(function open() {
	return new Promise(() => undefined);
});
const calls = () => {
	for (let i = 0; i < 10; i++) call();
	for (let i = 0; i < 10; i++) quick();
};
calls();
// The callback of an observable instrument may itself call a metered method, on a meter that is collected later.
metrics
	.getMeter('late')
	.createObservableGauge('heat')
	.addCallback(() => call());
void open();
void open();
if (how === 'after a flush') {
	await telemetry.flush();
	await new Promise(setImmediate);
	calls();
}
process.exit(0);
