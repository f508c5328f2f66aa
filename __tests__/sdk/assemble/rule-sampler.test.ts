import { afterEach, describe, expect, it } from '@jest/globals';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
	AlwaysOffSampler,
	AlwaysOnSampler,
	InMemorySpanExporter,
	ParentBasedSampler,
	type Sampler,
	SimpleSpanProcessor,
	TraceIdRatioBasedSampler,
	TracerProvider,
} from '@opentelemetry/sdk-trace';
import { metered, traced } from '../../../index.js';
import type { Rule } from '../../../lib/rules/rule.js';
import { configureRules } from '../../../lib/rules/rules.js';
import { RuleSampler } from '../../../sdk/assemble/rule-sampler.js';

/** Generates pseudo-random ids that are the same in every run (mulberry32). */
class SeededIds {
	#state = 20261122;
	readonly traceIds: string[] = [];
	generateTraceId = (): string => {
		const id = this.#hex() + this.#hex() + this.#hex() + this.#hex();
		this.traceIds.push(id);
		return id;
	};
	generateSpanId = (): string => this.#hex() + this.#hex();
	#hex(): string {
		this.#state = (this.#state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0).toString(16).padStart(8, '0');
	}
}

class PullReader extends MetricReader {
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

let stop = () => {};
afterEach(() => stop());

function start(others: Sampler, rules: readonly Rule[]) {
	const exporter = new InMemorySpanExporter();
	const idGenerator = new SeededIds();
	const reader = new PullReader();
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	const sampler = new ParentBasedSampler({ root: new RuleSampler(others) });
	const spanProcessors = [new SimpleSpanProcessor({ exporter })];
	trace.setGlobalTracerProvider(new TracerProvider({ sampler, idGenerator, spanProcessors }));
	metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
	const restore = configureRules(rules);
	stop = () => {
		restore();
		for (const api of [trace, metrics, context, propagation]) api.disable();
	};
	const invocations = async (): Promise<unknown> => {
		const { resourceMetrics } = await reader.collect();
		const all = resourceMetrics.scopeMetrics.flatMap(({ metrics: found }) => found);
		const counter = all.find(({ descriptor }) => descriptor.name === 'agentese.invocations');
		const called = counter?.dataPoints.filter(({ value }) => value !== 0);
		return called?.map(({ attributes, value }) => [attributes['agentese.path'], value]);
	};
	return { traceIds: idGenerator.traceIds, spans: () => exporter.getFinishedSpans(), invocations };
}

const path = <T>(text: string, fn: () => T) => metered(traced(fn, { path: text }));

describe('a rule with a rate', () => {
	it('keeps that share of the traces that begin with its invocations, by their ids, and metrics count all', async () => {
		const { spans, traceIds, invocations } = start(new AlwaysOnSampler(), [{ match: 'world.**', rate: 0.1 }]);
		const child = path('self.child.ask', () => undefined);
		const root = path('world.town.tick', () => child());
		const other = path('self.soul.ask', () => undefined);
		for (let i = 0; i < 20_000; i++) root();
		const ratio = new TraceIdRatioBasedSampler(0.1);
		const kept = traceIds.filter((id) => ratio.shouldSample(context.active(), id).decision === 2);
		const sampled = [...spans()];
		// A child follows its parent: two spans a trace, in exactly the traces whose ids are kept.
		expect(sampled.map((span) => span.spanContext().traceId)).toEqual(kept.flatMap((id) => [id, id]));
		// Chi-square with one degree of freedom: beyond 10.83 in one of 1,000 samples.
		const roots = sampled.filter((span) => span.parentSpanContext === undefined).length;
		expect((roots - 2000) ** 2 / 2000 + (roots - 2000) ** 2 / 18_000).toBeLessThan(10.83);
		for (let i = 0; i < 3; i++) other();
		expect(spans().length - sampled.length).toBe(3);
		expect(await invocations()).toEqual([
			['self.child.ask', 20_000],
			['world.town.tick', 20_000],
			['self.soul.ask', 3],
		]);
	});

	it('decides root spans only: below a parent, in this or in another process, the parent decides', () => {
		const { spans } = start(new AlwaysOnSampler(), [
			{ match: 'world.**', rate: 0 },
			{ match: 'void.**', rate: 1 },
		]);
		const never = path('world.town.tick', () => undefined);
		path('self.soul.ask', () => never())();
		const remote = (traceFlags: number) =>
			trace.setSpanContext(context.active(), {
				traceId: '1'.repeat(32),
				spanId: '2'.repeat(16),
				isRemote: true,
				traceFlags,
			});
		context.with(remote(1), never);
		context.with(
			remote(0),
			path('void.draw', () => undefined),
		);
		never();
		expect(spans().map(({ attributes }) => attributes['agentese.path'])).toEqual([
			'world.town.tick',
			'self.soul.ask',
			'world.town.tick',
		]);
	});

	it("has precedence over the config's rate, and does not apply to a root span that begins below it", () => {
		const { spans } = start(new AlwaysOffSampler(), [{ match: 'void.**', rate: 1 }]);
		const apart = traced(() => undefined, { path: 'self.soul.ask', root: true });
		path('void.draw', () => apart())();
		path('self.soul.ask', () => undefined)();
		expect(spans().map(({ attributes }) => attributes['agentese.path'])).toEqual(['void.draw']);
	});
});
