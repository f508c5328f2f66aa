import { afterEach, describe, expect, it } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { startInvocation, traced } from '../../index.js';
import { type TestTelemetry, testTelemetry } from '../../testing/index.js';

const tracer = trace.getTracer('application');

let t: TestTelemetry;
afterEach(() => t?.stop());

describe('the lifecycle validator', () => {
	it('finds nothing in a correct run', async () => {
		t = await testTelemetry();
		await traced(async () => traced(() => 1, { path: 'self.b.c' })(), { path: 'self.a.b' })();
		expect(t.faults()).toEqual([]);
		t.validate();
		expect(await t.stop()).toEqual([]);
	});

	it('finds a span that has not ended, and reports it at the stop', async () => {
		t = await testTelemetry();
		tracer.startSpan('forgotten');
		const fault = 'the span forgotten has not ended. Call its end().';
		expect(() => t.validate()).toThrow(`Telemetry has 1 faults:\n- ${fault}`);
		expect(await t.stop()).toEqual([fault]);
		expect(t.faults()).toEqual([fault]);
	});

	it('finds an open invocation, and a stream that nobody has consumed', async () => {
		t = await testTelemetry();
		const invocation = startInvocation('self.soul.wait');
		async function* items() {
			yield 1;
		}
		const stream = traced(items, { path: 'self.soul.stream' })();
		expect(t.faults()).toEqual([
			expect.stringContaining('the invocation self.soul.wait has not ended.'),
			expect.stringContaining('the invocation self.soul.stream has not ended.'),
		]);
		invocation.end();
		for await (const _ of stream);
		expect(t.faults()).toEqual([]);
	});

	it('finds a span that was ended twice', async () => {
		t = await testTelemetry();
		tracer.startActiveSpan('root', (span) => {
			span.end();
			span.end();
		});
		expect(t.faults()).toEqual(['the span root was ended 2 times. End a span once.']);
	});

	it('finds a child that outlives its parent, and one that begins after it', async () => {
		t = await testTelemetry();
		const parent = tracer.startSpan('parent');
		const around = trace.setSpan(context.active(), parent);
		const child = tracer.startSpan('long child', {}, around);
		parent.end();
		tracer.startSpan('late child', {}, around).end();
		child.end();
		expect(t.faults()).toEqual([
			'the span long child ended after its parent the span parent. Await it, or make it a root: root: true.',
			'the span late child began after its parent the span parent had ended. Give it a parent of its own: root: true.',
		]);
	});

	it('finds a context that was not restored', async () => {
		t = await testTelemetry();
		const span = tracer.startSpan('entered');
		context.with(trace.setSpan(context.active(), span), () => {
			span.end();
			expect(t.faults()).toEqual(['the context of entered is still active. Call validate() outside of it.']);
		});
		expect(t.faults()).toEqual([]);
	});
});
