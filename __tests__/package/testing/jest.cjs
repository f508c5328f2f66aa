// Runs under jest in CommonJS, without --experimental-vm-modules. The config is a TypeScript file beside this one.
const { trace } = require('@opentelemetry/api');
const { traced } = require('agentese-otel');
const { matchers, testTelemetry } = require('agentese-otel/testing');

expect.extend(matchers);

const tracer = trace.getTracer('application');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a test telemetry of a hook', () => {
	let t;
	beforeEach(async () => {
		t = await testTelemetry();
	});
	afterEach(async () => {
		jest.useRealTimers();
		expect(await t.stop()).toEqual([]);
	});

	test('has the config of the project', () => {
		traced(() => tracer.startSpan('inside').end(), { path: 'self.soul.ask' })();
		expect(t.config.serviceName).toBe('from a file');
		expect(t.spans.map(({ name }) => name)).toEqual(['self.soul.ask', 'inside']);
		expect(t.tree()).toMatchInlineSnapshot(`
"self.soul.ask ok
  inside"
`);
		expect(t).toHaveInvoked('self.soul.ask', 1);
	});

	test('is not held by fake timers', async () => {
		jest.useFakeTimers();
		const waiting = traced(() => sleep(60_000), { path: 'time.clock.wait' })();
		await jest.advanceTimersByTimeAsync(60_000);
		await waiting;
		expect(t.invocation('time.clock.wait').durationMs).toBeLessThan(60_000);
	});
});

test.concurrent.each([0, 1, 2, 3, 4, 5, 6, 7])('concurrent tests record apart (%i)', async (i) => {
	const t = await testTelemetry();
	await traced(() => sleep((i * 7) % 5), { path: `self.flow${i}.act` })();
	expect(t.tree()).toBe(`self.flow${i}.act ok`);
	await t.stop();
});
