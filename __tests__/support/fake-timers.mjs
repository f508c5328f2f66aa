// Sends three spans, and ends, while fake timers are installed that nothing advances. Arguments: whose fakes; and when they
// are installed: before the package is loaded, before the start, or after it. `thorough` fakes what Node's own sockets
// need, so those fakes are removed before the end, and flush() is called twice.
import { mock } from 'node:test';
import FakeTimers from '@sinonjs/fake-timers';

const [whose, when] = process.argv.slice(2);
const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate'];
const installers = {
	sinon: () => FakeTimers.install({ toFake: [...TIMERS, 'Date', 'performance', 'hrtime', 'queueMicrotask'] }),
	thorough: () => FakeTimers.install(),
	node: () => mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'] }),
};
let installed;
const installIf = (moment) => {
	if (when === moment) installed = installers[whose]();
};

installIf('load');
const { startTelemetry, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
installIf('start');
const telemetry = await startTelemetry({
	preset: ['otlp', 'json'],
	otlp: { endpoint: process.env.ENDPOINT, protocol: process.env.PROTOCOL, timeout: 1000 },
	json: { directory: `${process.env.DIR}/json` },
	delivery: { directory: `${process.env.DIR}/outbox` },
	autoInstrumentation: false,
});
installIf('after');
const tracer = trace.getTracer('t');
for (let i = 0; i < 3; i++) tracer.startSpan(`span ${i}`).end();
await telemetry.flush();
if (whose === 'thorough') {
	console.log(`waiting ${telemetry.stats().spans.onDisk}`);
	installed.uninstall();
	await telemetry.flush();
}
console.log(`delivered ${telemetry.stats().spans.delivered}`);
tracer.startSpan('last').end();
await telemetry.shutdown();
console.log('ended');
