// Runs under vitest, and is compiled with its types.
import { trace } from '@opentelemetry/api';
import { traced } from 'agentese-otel';
import { matchers, type TestTelemetry, testTelemetry } from 'agentese-otel/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

expect.extend(matchers);

const tracer = trace.getTracer('application');
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a test telemetry of a hook', () => {
	let t: TestTelemetry;
	beforeEach(async () => {
		t = await testTelemetry();
	});
	afterEach(async () => {
		vi.useRealTimers();
		expect(await t.stop()).toEqual([]);
	});

	test('records the test', () => {
		traced(() => tracer.startSpan('inside').end(), { path: 'self.soul.ask' })();
		expect(t.tree()).toMatchInlineSnapshot(`
			"self.soul.ask ok
			  inside"
		`);
		expect(t).toHaveInvoked('self.soul.ask', { times: 1, outcome: 'ok' });
		expect(t).not.toHaveFailedWith(TypeError);
		expect(t.invocation('self.soul.ask')).toHaveSpent(0);
	});

	test('is not held by fake timers', async () => {
		vi.useFakeTimers();
		const waiting = traced(() => sleep(60_000), { path: 'time.clock.wait' })();
		await vi.advanceTimersByTimeAsync(60_000);
		await waiting;
		expect(t.invocation('time.clock.wait').durationMs).toBeLessThan(60_000);
	});
});

describe.concurrent('concurrent tests', () => {
	test.each([0, 1, 2, 3, 4, 5, 6, 7])('record apart (%i)', async (i) => {
		await using t = await testTelemetry();
		await traced(() => sleep((i * 7) % 5), { path: `self.flow${i}.act` })();
		expect(t.tree()).toBe(`self.flow${i}.act ok`);
	});
});
