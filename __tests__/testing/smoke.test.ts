import { expect, it } from '@jest/globals';
import { metrics, trace, logs } from '@opentelemetry/api';
import { metered, traced, recordTokens, currentInvocation } from '../../index.js';
import { matchers, testTelemetry } from '../../testing/index.js';

expect.extend(matchers);
const tracer = trace.getTracer('app');

it('works', async () => {
	const t = await testTelemetry({ rules: [{ match: 'self.soul.*', name: 'renamed' }] }, { seed: 1 });
	const inner = traced(async (x: number) => { tracer.startActiveSpan('db', (s) => s.end()); recordTokens({ input: 3, output: 4 }); if (x > 1) throw new TypeError('bad password=hunter2hunter2'); return x; }, { path: 'world.garden.prune' });
	const outer = traced(async () => { await inner(1); await inner(2).catch(() => 0); return 'x'; }, { path: 'self.soul.ask' });
	await outer();
	metrics.getMeter('app').createCounter('c').add(2, { a: 'b' });
	logs.getLogger('l').emit({ body: 'hi' });
	console.log(t.tree(), t.tokens(), t.tokens('world.**'), t.count('self.soul.ask'), t.count('**', { outcome: 'error' }), t.metrics, t.logs.length, JSON.stringify(t.shapes(), null, 1).slice(0, 1500), t.invocation('self.soul.ask'), t.faults(), t.spans.map((s) => s.spanContext().spanId));
	expect(t.invocation('self.soul.ask').children.length).toBe(2);
	expect(await t.stop()).toEqual([]);
});
