import { describe, expect, it } from '@jest/globals';
import { context, ROOT_CONTEXT, type Tracer, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
	AlwaysOffSampler,
	type IdGenerator,
	InMemorySpanExporter,
	RandomIdGenerator,
	type Sampler,
	SimpleSpanProcessor,
	TracerProvider,
	type TracerProviderOptions,
} from '@opentelemetry/sdk-trace';
import { FastSpan } from '../../../sdk/spans/fast-span.js';
import { FastTracer } from '../../../sdk/spans/fast-tracer.js';
import { sdkInternalsOf } from '../../../sdk/spans/sdk-internals.js';

class PullReader extends MetricReader {
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

/** Creates a tracer of the SDK, and the FastTracer that replaces it, with the same parts. */
function both(options: TracerProviderOptions = {}): { sdk: Tracer; fast: FastTracer; exporter: InMemorySpanExporter } {
	const exporter = new InMemorySpanExporter();
	const spanProcessors = [new SimpleSpanProcessor({ exporter })];
	const sdk = new TracerProvider({ spanProcessors, ...options }).getTracer('agentese-otel', '1.0');
	const internals = sdkInternalsOf(sdk);
	if (internals === undefined) throw new Error('The tracer of the SDK has other private fields than expected.');
	return { sdk, fast: new FastTracer(internals), exporter };
}

describe('a FastTracer', () => {
	it('is not created for a tracer with other private fields', () => {
		expect(sdkInternalsOf(trace.getTracer('nobody'))).toBeUndefined();
		const { sdk } = both();
		expect(
			sdkInternalsOf(Object.assign(Object.create(sdk), { _spanLimits: { attributeCountLimit: 1 } })),
		).toBeUndefined();
		expect(sdkInternalsOf(Object.assign(Object.create(sdk), { _idGenerator: undefined }))).toBeUndefined();
	});

	it("counts its spans in the SDK's own metrics, as the SDK does", async () => {
		const counts = async (which: 'sdk' | 'fast', sampler?: Sampler) => {
			const reader = new PullReader();
			const tracer = both({ meterProvider: new MeterProvider({ readers: [reader] }), ...(sampler && { sampler }) })[
				which
			];
			const open = tracer.startSpan('open', {}, ROOT_CONTEXT);
			tracer.startSpan('ended', {}, trace.setSpan(ROOT_CONTEXT, open)).end();
			const { resourceMetrics } = await reader.collect();
			return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
				metrics.map(({ descriptor, dataPoints }) => [
					descriptor.name,
					dataPoints.map(({ attributes, value }) => [attributes, value]),
				]),
			);
		};
		const found = await counts('fast');
		expect(found).toEqual(await counts('sdk'));
		expect(found.map(([name]) => name)).toEqual(['otel.sdk.span.started', 'otel.sdk.span.live']);
		expect(await counts('fast', new AlwaysOffSampler())).toEqual(await counts('sdk', new AlwaysOffSampler()));
	});

	it('starts no recording span if tracing is suppressed', () => {
		const { fast, exporter } = both();
		const span = fast.startSpan('none', {}, suppressTracing(ROOT_CONTEXT));
		span.end();
		expect([span.isRecording(), trace.isSpanContextValid(span.spanContext())]).toEqual([false, false]);
		expect(exporter.getFinishedSpans()).toEqual([]);
	});

	it('runs a function with its span active, in all forms', () => {
		const { fast } = both();
		const results: unknown[] = [];
		const run = (span: unknown) => results.push(span instanceof FastSpan);
		fast.startActiveSpan('one', run);
		fast.startActiveSpan('two', { kind: 1 }, run);
		fast.startActiveSpan('three', { kind: 1 }, context.active(), run);
		expect(results).toEqual([true, true, true]);
	});

	it("calls a custom id generator for every id, and replaces OpenTelemetry's by one with the same kind of ids", () => {
		class CustomIds implements IdGenerator {
			generateSpanId = () => 'a'.repeat(16);
			generateTraceId = () => 'b'.repeat(32);
		}
		const { fast } = both({ idGenerator: new CustomIds() });
		expect(fast.startSpan('mine').spanContext()).toMatchObject({ spanId: 'a'.repeat(16), traceId: 'b'.repeat(32) });
		const patched = Object.assign(new RandomIdGenerator(), { generateSpanId: () => 'c'.repeat(16) });
		expect(both({ idGenerator: patched }).fast.startSpan('patched').spanContext().spanId).toBe('c'.repeat(16));
		const { fast: pooled } = both();
		const ids = Array.from({ length: 2000 }, () => pooled.startSpan('x', {}, ROOT_CONTEXT).spanContext());
		expect(ids.every((one) => trace.isSpanContextValid(one))).toBe(true);
		expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(2000);
		expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(2000);
	});

	it('starts spans that can be copied field by field, and wrapped in proxies', () => {
		const { fast } = both();
		const span = fast.startSpan('copied', { attributes: { a: 1 } });
		const copy = Object.assign(Object.create(Object.getPrototypeOf(span)), span);
		const proxy = new Proxy(span, {});
		proxy.setAttribute('b', 2);
		expect([copy.spanContext(), proxy.spanContext(), copy.isRecording()]).toEqual([
			span.spanContext(),
			span.spanContext(),
			true,
		]);
		expect((span as FastSpan).attributes).toEqual({ a: 1, b: 2 });
	});
});
