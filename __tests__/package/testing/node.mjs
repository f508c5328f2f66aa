// Runs under node:test, with plain asserts.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';
import { traced } from 'agentese-otel';
import { testTelemetry } from 'agentese-otel/testing';

const tracer = trace.getTracer('application');

describe('a test telemetry of a hook', () => {
	let t;
	beforeEach(async () => {
		t = await testTelemetry();
	});
	afterEach(async () => {
		mock.timers.reset();
		assert.deepEqual(await t.stop(), []);
	});

	it('records the test', () => {
		traced(() => tracer.startSpan('inside').end(), { path: 'self.soul.ask' })();
		assert.equal(t.tree(), 'self.soul.ask ok\n  inside');
	});

	it('is not held by fake timers', async () => {
		mock.timers.enable({ apis: ['setTimeout', 'Date'] });
		const wait = traced(() => new Promise((resolve) => setTimeout(resolve, 60_000)), { path: 'time.clock.wait' });
		const waiting = wait();
		mock.timers.tick(60_000);
		await waiting;
		assert.ok(t.invocation('time.clock.wait').durationMs < 60_000);
	});
});

describe('concurrent tests', { concurrency: true }, () => {
	for (let i = 0; i < 8; i++) {
		it(`record apart (${i})`, async () => {
			await using t = await testTelemetry();
			await traced(() => sleep((i * 7) % 5), { path: `self.flow${i}.act` })();
			assert.equal(t.tree(), `self.flow${i}.act ok`);
		});
	}
});
