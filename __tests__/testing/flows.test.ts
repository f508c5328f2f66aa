import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { traced } from '../../index.js';
import { type TestTelemetry, testTelemetry } from '../../testing/index.js';

const tracer = trace.getTracer('application');
const ask = traced(() => 'asked', { path: 'self.soul.ask' });

/** What is registered with OpenTelemetry's API. */
const registry = () => ({ ...(globalThis as Record<symbol, object>)[Symbol.for('opentelemetry.js.api.1')] });

describe('a test telemetry that a hook has started', () => {
	let t: TestTelemetry;
	beforeEach(async () => {
		await Promise.resolve();
		t = await testTelemetry();
	});
	afterEach(() => t.stop());

	it.each([1, 2])('records the test, and that one alone (%i)', () => {
		ask();
		expect(t.tree()).toBe('self.soul.ask ok');
	});

	it('records what a server of the test does', async () => {
		const server = createServer((_, response) => response.end(ask()));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
		await new Promise((resolve) => server.close(resolve));
		expect(t.tree()).toBe('self.soul.ask ok');
	});
});

describe('flows', () => {
	it('a nested test telemetry records instead of the one around it, until it is stopped', async () => {
		await using outer = await testTelemetry();
		ask();
		const inner = await testTelemetry();
		ask();
		await inner.stop();
		ask();
		expect([outer.count(), inner.count()]).toEqual([2, 1]);
	});

	it('several at once that a caller awaits leave the caller its own', async () => {
		await using outer = await testTelemetry();
		const counts = await Promise.all(
			[1, 2, 3].map(async (times) => {
				await using t = await testTelemetry();
				for (let i = 0; i < times; i++) ask();
				return t.count();
			}),
		);
		ask();
		expect([...counts, outer.count()]).toEqual([1, 2, 3, 1]);
	});

	it('run() records a flow that began elsewhere', async () => {
		const one = await testTelemetry();
		const two = await testTelemetry();
		one.run(ask);
		two.run(ask);
		two.run(ask);
		expect([one.count(), two.count()]).toEqual([1, 2]);
		await two.stop();
		await one.stop();
	});
});

describe('what is registered', () => {
	it('is nothing before and after, whatever happens between', async () => {
		const before = registry();
		const failed = testTelemetry({ preset: 5 } as object);
		await expect(failed).rejects.toThrow('refused');
		const t = await testTelemetry();
		expect(Object.keys(registry())).toContain('trace');
		await t.stop();
		await t.stop();
		expect(registry()).toEqual(before);
		tracer.startSpan('after').end();
		ask();
		expect(t.spans).toEqual([]);
	});

	it('an SDK beside receives what is outside of all test telemetries, and nothing else', async () => {
		const exporter = new InMemorySpanExporter();
		const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
		context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
		trace.setGlobalTracerProvider(provider);
		try {
			const before = registry();
			ask();
			const t = await testTelemetry();
			ask();
			trace.getTracer('later').startSpan('later').end();
			expect(t.spans.map(({ name }) => name)).toEqual(['agentese.invoke', 'later']);
			await t.stop();
			ask();
			trace.getTracer('later').startSpan('after').end();
			expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual([
				...['agentese.invoke', 'agentese.invoke', 'after'],
			]);
			expect(registry()).toEqual(before);
		} finally {
			for (const api of [trace, metrics, context, propagation]) api.disable();
			await provider.shutdown();
		}
	});

	it('may be disabled by the test: the next test telemetry records', async () => {
		for (let run = 0; run < 2; run++) {
			await using t = await testTelemetry();
			ask();
			expect(t.count()).toBe(1);
			for (const api of [trace, metrics, context, propagation]) api.disable();
		}
	});

	it('a tracer that a module fetched in one test records in the next', async () => {
		let fetched: ReturnType<typeof trace.getTracer> | undefined;
		for (let run = 0; run < 2; run++) {
			await using t = await testTelemetry();
			fetched ??= trace.getTracer('lazy module');
			fetched.startActiveSpan('work', (span) => span.end());
			expect(t.tree()).toBe('work');
		}
	});
});

describe('fake timers of jest', () => {
	afterEach(() => {
		jest.useRealTimers();
	});

	it.each(['before', 'after'])('installed %s the start change no time', async (when) => {
		if (when === 'before') jest.useFakeTimers({ now: 0 });
		const t = await testTelemetry();
		if (when === 'after') jest.useFakeTimers({ now: 0 });
		const wait = traced(() => new Promise((resolve) => setTimeout(resolve, 60_000)), { path: 'time.clock.wait' });
		const waiting = wait();
		tracer.startSpan('inside').end();
		jest.advanceTimersByTime(60_000);
		await waiting;
		expect(t.faults()).toEqual([]);
		for (const { startTime, duration } of t.spans) {
			expect(startTime[0]).toBeGreaterThan(1.7e9);
			expect(duration[0]).toBeLessThan(30);
		}
		expect(t.tree()).toBe('time.clock.wait ok\ninside');
		expect(await t.stop()).toEqual([]);
	});
});
