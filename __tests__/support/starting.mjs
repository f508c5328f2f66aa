// Starts the NodeSDK or the minimal SDK with one configuration, records every kind of telemetry, and prints the result.
import { createRequire } from 'node:module';
import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

const { assemble, minimalSdk, loadConfig, logs, metrics, trace } = await import(`${process.env.BUNDLE}/entry.mjs`);
const require = createRequire(import.meta.url);
const { WAY: way, HOW: how } = process.env;
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');

const { configuration } = await assemble(await loadConfig({ preset: 'json', json: { directory: process.env.DIR } }));
const order = [];
const failing = how === 'failing';
const part = (name, more) => ({
	forceFlush: async () => undefined,
	shutdown: async () => {
		order.push(name);
		if (failing) throw new Error(`${name} fails`);
	},
	...more,
});
const watched = {
	...configuration,
	spanProcessors: [...configuration.spanProcessors, part('spans', { onStart() {}, onEnd() {} })],
	logRecordProcessors: how === 'no logs' ? [] : [...configuration.logRecordProcessors, part('logs', { onEmit() {} })],
};
// Loaded before anything is instrumented, as the NodeSDK of an application is.
const NodeSDK = way === 'minimal' ? undefined : (await import('@opentelemetry/sdk-node')).NodeSDK;
const instrumentations = [new HttpInstrumentation({ enabled: false })];

const registered = () => {
	const { version, diag, ...globals } = globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {};
	return Object.entries(globals).map(
		([name, one]) => `${name}: ${one.getDelegate?.()?.constructor.name ?? one.constructor.name}`,
	);
};

const early = trace.getTracer('early');
const sdk = NodeSDK ? new NodeSDK({ ...watched, instrumentations }) : await minimalSdk(watched, instrumentations);
const before = registered();
sdk.start();
const after = registered();

const text = 'x'.repeat(20);
const many = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [`key.${index}`, `${text}${index}`]));
const linked = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
trace
	.getTracer('scope', '1.2.3')
	.startActiveSpan(
		'parent',
		{ attributes: many, links: [1, 2, 3].map(() => ({ context: linked, attributes: many })) },
		(parent) => {
			for (let index = 0; index < 4; index++) parent.addEvent(`event ${index}`, many);
			early.startSpan('of a tracer from before the start').end();
			logs.getLogger('l').emit({ body: 'hello', severityText: 'INFO', attributes: many });
			parent.end();
		},
	);
metrics.getMeter('m').createCounter('calls').add(3, { key: 'value' });
metrics.getMeter('agentese-otel').createHistogram('agentese.invoke.duration').record(7);

const sent = {};
const incoming = propagation.extract(ROOT_CONTEXT, {
	traceparent: `00-${linked.traceId}-${linked.spanId}-01`,
	tracestate: 'a=b',
	baggage: 'observer=kent',
	b3: `${linked.traceId}-${linked.spanId}-1`,
});
propagation.inject(incoming, sent);
trace.getTracer('scope').startSpan('of another process', {}, incoming).end();

const http = require('node:http');
const server = http.createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
await new Promise((resolve) => server.on('listening', resolve));
await context.with(trace.setSpan(ROOT_CONTEXT, early.startSpan('never ended')), async () => {
	await new Promise((resolve) =>
		http.get({ port: server.address().port }, (answer) => answer.resume().on('end', resolve)),
	);
});
server.close();

const ended = await sdk.shutdown().then(
	() => 'resolved',
	({ message }) => message,
);
early.startSpan('too late').end();
const left = registered();
console.log(JSON.stringify({ before, after, sent, fields: propagation.fields(), ended, order, left }));
