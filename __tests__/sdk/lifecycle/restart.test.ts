import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, diag, metrics, trace } from '@opentelemetry/api';
import { Aspect, createLogos, Resolver, Traced, traced, traceInvocation } from '../../../index.js';
import { tracingSettings } from '../../../lib/invocation/settings.js';
import { activeRules } from '../../../lib/rules/rules.js';
import { startTelemetry, type Telemetry } from '../../../sdk/index.js';
import { linesOf, temporary } from '../../support/children.js';
import { type Backend, httpBackend, spanNamesIn } from '../../support/otlp-servers.js';

const greet = traced((name: string) => `hello ${name}`, { path: 'self.soul.greet', name: 'greet' });

let directory: string;
let backends: Backend[];
let telemetry: Telemetry | undefined;
beforeEach(() => {
	directory = temporary();
	backends = [];
});
afterEach(async () => {
	await telemetry?.shutdown();
	for (const backend of backends) await backend.close();
	telemetry = undefined;
	diag.disable();
	rmSync(directory, { recursive: true, force: true });
});

async function receiver(): Promise<Backend> {
	const backend = await httpBackend();
	backends.push(backend);
	return backend;
}

const configOf = ({ url }: Backend) => ({
	preset: 'otlp' as const,
	json: { directory },
	otlp: { endpoint: url, protocol: 'http/protobuf' as const },
});

const spansOf = ({ got }: Backend) =>
	got.filter(({ path }) => path === '/v1/traces').flatMap(({ body }) => spanNamesIn(body));

/** The counts of spans in the law `created = delivered + queued + onDisk + dropped`. */
function counts({ created, delivered, queued, onDisk, dropped }: ReturnType<Telemetry['stats']>['spans']) {
	return { created, delivered, queued, onDisk, dropped };
}

describe('restart()', () => {
	it('loses none of the spans that are made meanwhile, and the handle counts those of both', async () => {
		const [first, second] = [await receiver(), await receiver()];
		telemetry = await startTelemetry(configOf(first));
		let made = 0;
		let isDone = false;
		const calling = (async () => {
			while (!isDone) {
				greet('kent');
				made += 1;
				await delay(1);
			}
		})();
		for (const backend of [second, first, second]) {
			await delay(5);
			await telemetry.restart(configOf(backend));
		}
		await delay(5);
		isDone = true;
		await calling;
		await telemetry.shutdown();
		expect(made).toBeGreaterThan(10);
		const total = { created: made, delivered: made, queued: 0, onDisk: 0, dropped: 0 };
		expect(counts(telemetry.stats().spans)).toEqual(total);
		expect(spansOf(first).length + spansOf(second).length).toBe(made);
		expect(Math.min(spansOf(first).length, spansOf(second).length)).toBeGreaterThan(0);
	});

	it('delivers a span that is open to the old presets, with its children and its parent as they are', async () => {
		const [first, second] = [await receiver(), await receiver()];
		telemetry = await startTelemetry(configOf(first));
		const tracer = trace.getTracer('a library');
		let end = (): void => undefined;
		const parents: (string | undefined)[] = [];
		const outer = tracer.startActiveSpan('open', async (span) => {
			await new Promise<void>((resolve) => {
				end = resolve;
			});
			// The context manager is the same one, so what runs since before the hand-over keeps its span.
			parents.push(trace.getSpan(context.active())?.spanContext().spanId, span.spanContext().spanId);
			greet('after');
			span.end();
		});
		await telemetry.restart(configOf(second));
		// The old presets wait for it: nothing but the end of the span makes them close.
		await delay(30);
		end();
		await outer;
		tracer.startSpan('of a tracer from before').end();
		await telemetry.shutdown();
		expect(parents[0]).toBe(parents[1]);
		expect([...spansOf(first), ...spansOf(second)].sort()).toEqual(['greet', 'of a tracer from before', 'open']);
		expect(spansOf(first)).toContain('open');
		expect(spansOf(second)).toContain('greet');
		expect(counts(telemetry.stats().spans)).toMatchObject({ created: 3, delivered: 3, dropped: 0 });
	});

	it('leaves the active span of its caller active', async () => {
		const [first, second] = [await receiver(), await receiver()];
		const running = await startTelemetry(configOf(first));
		telemetry = running;
		await trace.getTracer('t').startActiveSpan('caller', async (span) => {
			await running.restart(configOf(second));
			expect(trace.getActiveSpan()).toBe(span);
			span.end();
		});
	});

	it('passes spans that end after the old presets are closed to the new ones, also those of later restarts', async () => {
		const [first, second] = [await receiver(), await receiver()];
		telemetry = await startTelemetry(configOf(first));
		const tracer = trace.getTracer('a library');
		const long = tracer.startSpan('long');
		await telemetry.restart(configOf(second));
		// The second restart ends the wait for open spans.
		await telemetry.restart(configOf(first));
		await telemetry.restart({ preset: 'json', json: { directory } });
		long.end();
		tracer.startSpan('late').end();
		await telemetry.shutdown();
		const written = linesOf(directory, 'traces').flatMap(({ resourceSpans = [] }) =>
			resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))),
		);
		expect(written).toEqual(['long', 'late']);
		expect([spansOf(first), spansOf(second)]).toEqual([[], []]);
	});

	it('after a shutdown() and a start, tracers that libraries have kept reach the new presets', async () => {
		const [first, second] = [await receiver(), await receiver()];
		const former = await startTelemetry(configOf(first));
		const tracer = trace.getTracer('a library');
		tracer.startSpan('first').end();
		await former.shutdown();
		tracer.startSpan('between').end();
		telemetry = await startTelemetry(configOf(second));
		tracer.startSpan('second').end();
		await telemetry.shutdown();
		expect([spansOf(first), spansOf(second)]).toEqual([['first'], ['second']]);
		expect(former.stats().spans).toMatchObject({ created: 2, delivered: 1, dropped: 1, droppedBy: { closed: 1 } });
	});

	it('leaves the running telemetry as it is if the config is faulty or switches telemetry off', async () => {
		const first = await receiver();
		telemetry = await startTelemetry(configOf(first));
		const { config } = telemetry;
		await expect(telemetry.restart({ sampling: { rate: 2 } })).rejects.toThrow('"sampling.rate" got 2;');
		await expect(telemetry.restart({ enabled: false })).rejects.toThrow('it got enabled: false. Telemetry continues');
		await expect(telemetry.restart({ preset: 'none' })).rejects.toThrow('it got preset: none. Telemetry continues');
		greet('kent');
		expect(telemetry.config).toBe(config);
		await telemetry.shutdown();
		expect(spansOf(first)).toEqual(['greet']);
		await expect(telemetry.restart()).rejects.toThrow('restart() needs telemetry that runs,');
	});

	it('unregisters everything at the shutdown, the context manager too, and keeps one handle', async () => {
		const [first, second] = [await receiver(), await receiver()];
		const registered = () => Object.keys(globalThis[Symbol.for('opentelemetry.js.api.1') as never] ?? {}).sort();
		const settings = () => [activeRules(), tracingSettings()];
		const before = [registered(), ...settings()];
		const listeners = process.eventNames().map((name) => [name, process.listenerCount(name)]);
		const rules = [{ match: 'self.**', name: 'x' }];
		telemetry = await startTelemetry({ ...configOf(first), rules, spanName: 'path' });
		await telemetry.restart({ ...configOf(second), rules });
		expect(await startTelemetry()).toBe(telemetry);
		await telemetry.restart({ ...configOf(first), rules, spanName: 'path' });
		expect(settings()).toMatchObject([[{ rule: rules[0] }], { spanName: 'path' }]);
		await telemetry.shutdown();
		expect([registered(), ...settings()]).toEqual(before);
		expect(process.eventNames().map((name) => [name, process.listenerCount(name)])).toEqual(listeners);
	});

	it('keeps the port of the Prometheus page, which shows the new preset once the old one is closed', async () => {
		const probe = createServer();
		await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
		const address = probe.address();
		await new Promise((resolve) => probe.close(resolve));
		const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
		const page = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
		telemetry = await startTelemetry({ preset: 'prometheus', prometheus: { port }, serviceName: 'one' });
		metrics.getMeter('m').createCounter('calls').add(1);
		expect(await page()).toContain('calls');
		await telemetry.restart({ preset: 'prometheus', prometheus: { port }, serviceName: 'two' });
		await telemetry.restart({ preset: 'prometheus', prometheus: { port }, serviceName: 'three' });
		expect(await page()).toMatch(/service_name="(two|three)"/);
		expect(telemetry.stats().backends.map(({ lastError }) => lastError)).toEqual([undefined, undefined]);
		await telemetry.shutdown();
		await expect(page()).rejects.toThrow('fetch failed');
	});
});

describe('shutdown() and startTelemetry()', () => {
	it('count what is called between them: 70 calls are delivered or dropped, by the law', async () => {
		const [first, second] = [await receiver(), await receiver()];
		const former = await startTelemetry(configOf(first));
		for (let call = 0; call < 5; call++) greet('before');
		await former.shutdown();
		for (let call = 0; call < 60; call++) greet('between');
		telemetry = await startTelemetry(configOf(second));
		for (let call = 0; call < 5; call++) greet('after');
		await telemetry.flush();
		expect(counts(former.stats().spans)).toEqual({ created: 5, delivered: 5, queued: 0, onDisk: 0, dropped: 0 });
		const { spans } = telemetry.stats();
		expect(counts(spans)).toEqual({ created: 65, delivered: 5, queued: 0, onDisk: 0, dropped: 60 });
		expect(spans.droppedBy).toEqual({ unregistered: 60 });
		expect(telemetry.health()).toEqual({
			status: 'failing',
			reasons: ['60 spans are lost since the start (unregistered: 60), the latest in the last minute.'],
		});
	});

	it('count each call once, whether a method is called, dispatched or a block', async () => {
		@Resolver('world.town')
		class Town {
			@Aspect
			@Traced
			greet(): string {
				return 'hello';
			}
		}
		const town = new Town();
		const logos = createLogos([town]);
		const former = await startTelemetry(configOf(await receiver()));
		await former.shutdown();
		town.greet();
		await logos.invoke('world.town.greet');
		traceInvocation('world.town.fair', () => 'open');
		telemetry = await startTelemetry(configOf(await receiver()));
		expect(telemetry.stats().spans.droppedBy).toEqual({ unregistered: 3 });
	});
});
