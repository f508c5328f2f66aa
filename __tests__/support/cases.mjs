// One case per name: each prints a JSON object of its observations.
import { Worker } from 'node:worker_threads';

const { context, loadConfig, logs, metrics, nodeSdkConfiguration, startTelemetry, trace, traced } = await import(
	`${process.env.BUNDLE}/entry.mjs`
);
const json = { directory: process.env.DIR };
const span = (name) => trace.getTracer('t', '1.2.3').startSpan(name).end();
const listeners = () =>
	process
		.eventNames()
		.map((name) => `${String(name)} ${process.listenerCount(name)}`)
		.sort();
const registered = () => Object.keys(globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {}).sort();

const cases = {
	async signals() {
		await using telemetry = await startTelemetry({ json, serviceName: 'garden', resource: { team: 'soul', port: 80 } });
		trace
			.getTracer('scope', '1.2.3')
			.startActiveSpan('parent', { attributes: { text: 'x', int: 1, double: 1.5 } }, (parent) => {
				span('child');
				parent.addEvent('event');
				parent.setStatus({ code: 2, message: 'failed' });
				parent.end();
			});
		metrics.getMeter('m').createCounter('calls').add(3);
		logs.getLogger('l').emit({ body: 'hello', severityText: 'INFO' });
		await telemetry.flush();
		const { problems, ...stats } = telemetry.stats();
		return { stats, problems };
	},
	async again() {
		const before = { listeners: listeners(), registered: registered() };
		const output = [];
		for (const name of ['first', 'second']) {
			const telemetry = await startTelemetry({ json });
			span(name);
			metrics.getMeter('m').createCounter(name).add(1);
			await Promise.all([telemetry.shutdown(), telemetry.shutdown(), telemetry.flush()]);
			span(`${name}, too late`);
			output.push(telemetry.stats().spans);
		}
		return { output, before, after: { listeners: listeners(), registered: registered() } };
	},
	async twice() {
		const [first, second] = await Promise.all([startTelemetry({ json }), startTelemetry({ json })]);
		const third = await startTelemetry();
		const fourth = await startTelemetry({ json, spanName: 'path' });
		await startTelemetry({ json, spanName: 'path' });
		const wrong = await startTelemetry({ spanNam: 'path' }).catch(({ name }) => name);
		return { same: first === second && first === third && first === fourth, spanName: fourth.config.spanName, wrong };
	},
	async restart() {
		const first = await startTelemetry({ json });
		const stopping = first.shutdown();
		const second = await startTelemetry({ json, spanName: 'path' });
		await stopping;
		span('second');
		await second.shutdown();
		return { other: first !== second, spanName: second.config.spanName };
	},
	async handedOver() {
		const telemetry = await startTelemetry({ json });
		trace.getTracer('t').startSpan('never ended');
		await telemetry.restart({ json });
		// The second one ends the wait for open spans, so the span is left to the presets that run at the end.
		await telemetry.restart({ json, serviceName: 'last' });
		await telemetry.flush();
		return telemetry.stats().spans.created;
	},
	async off() {
		const before = listeners();
		const output = [];
		for (const [config, variables] of JSON.parse(process.env.OFF)) {
			Object.assign(process.env, variables);
			const telemetry = await startTelemetry({ json, ...config });
			span('without telemetry');
			await telemetry.flush();
			await telemetry.shutdown();
			const { problems, ...stats } = telemetry.stats();
			output.push({ stats, problems, quiet: String(before) === String(listeners()), registered: registered() });
		}
		return output;
	},
	async foreign() {
		const { NodeSDK } = await import('@opentelemetry/sdk-node');
		const sdk = new NodeSDK({
			spanProcessors: [],
			metricReaders: [],
			logRecordProcessors: [],
			traceExporter: undefined,
		});
		const own = { getTracer: () => ({ own: true }) };
		trace.setGlobalTracerProvider(own);
		const telemetry = await startTelemetry({ json, rules: [{ match: 'world.**', enabled: false }] });
		await telemetry.shutdown();
		await sdk.shutdown();
		return { own: trace.getTracerProvider().getDelegate() === own };
	},
	async alone() {
		const { NodeSDK } = await import('@opentelemetry/sdk-node');
		const sdk = new NodeSDK(await nodeSdkConfiguration({ json }));
		sdk.start();
		span('shut down');
		await sdk.shutdown();
		return {};
	},
	async ownServer() {
		await using telemetry = await startTelemetry({ preset: 'console' });
		const tracer = trace.getTracer('t');
		tracer.startActiveSpan('root', (root) => {
			const calledBy = trace.setSpanContext(context.active(), { ...root.spanContext(), isRemote: true });
			tracer.startSpan('served token=s3cret-of-kent', {}, calledBy).end();
			root.end();
		});
		await telemetry.flush();
		return telemetry.stats().spans;
	},
	async unwritable() {
		const telemetry = await startTelemetry({ json });
		for (let i = 0; i < 3; i++) {
			span(`span ${i}`);
			metrics.getMeter('t').createCounter('made').add(1);
			await telemetry.flush();
		}
		await telemetry.shutdown();
		const { spans, metricPoints } = telemetry.stats();
		return { spans, metricPoints };
	},
	async sampled() {
		const made = [];
		for (const rate of [0, 0.25, 1]) {
			await using telemetry = await startTelemetry({ json, sampling: { rate } });
			for (let i = 0; i < 2000; i++) {
				trace.getTracer('t').startActiveSpan('root', (root) => {
					span('child');
					root.end();
				});
			}
			made.push(telemetry.stats().spans.created);
		}
		return made;
	},
	async threads() {
		await using telemetry = await startTelemetry({ json });
		const done = ['natural', 'exit'].map((how) => {
			const worker = new Worker(new URL('worker.mjs', import.meta.url), { workerData: { how } });
			return new Promise((resolve) => worker.on('exit', resolve));
		});
		span('main');
		await telemetry.flush();
		return { codes: await Promise.all(done), files: telemetry.stats().files.length };
	},
	async instrumentedAgain() {
		const { createRequire } = await import('node:module');
		const http = createRequire(import.meta.url)('node:http');
		const { once } = await import('node:events');
		const woven = traced(
			() => new Promise((resolve) => http.get(url, (answer) => answer.resume().on('end', resolve))),
			{
				name: 'woven before the first start',
			},
		);
		const server = http.createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const url = `http://127.0.0.1:${server.address().port}`;
		const made = [];
		for (const autoInstrumentation of [{ include: ['http'] }, { include: ['http'] }, false]) {
			const telemetry = await startTelemetry({ json, autoInstrumentation });
			await woven();
			await telemetry.shutdown();
			made.push(telemetry.stats().spans.created);
			await woven();
		}
		server.close();
		server.closeAllConnections();
		return made;
	},
	async otherVersion() {
		// As an SDK of 2.x registers itself: with the version of its own copy of the API.
		globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.9.0', trace: { getTracer: () => undefined } };
		const telemetry = await startTelemetry({ json });
		traced(() => 1, { name: 'continues' })();
		return telemetry.stats().spans.created;
	},
	async declared() {
		const telemetry = await startTelemetry({ json });
		span('declared');
		await telemetry.shutdown();
		return registered();
	},
	async declaredAndUpdated() {
		const telemetry = await startTelemetry({ json, logLevel: 'none' });
		const refused = ({ message }) => message;
		const output = [
			await telemetry.update({ sampling: { rate: 0 } }).catch(refused),
			await telemetry.restart({ json }).catch(refused),
		];
		await telemetry.update({ rules: [{ match: 'nobody.home', enabled: false }] });
		output.push(telemetry.stats().unmatchedRules, telemetry.health());
		await telemetry.shutdown();
		return output;
	},
	async declaredAndEnded() {
		await startTelemetry({ json });
		span('declared');
		return null;
	},
	async configOf() {
		const { config, sources } = await loadConfig();
		return { spanName: config.spanName, source: sources.spanName };
	},
};

const output = await cases[process.argv[2]]();
console.log(JSON.stringify(output));
