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

/** The SDK's tracer and the one that stands in for it, over the same parts. */
function both(options: TracerProviderOptions = {}): { sdks: Tracer; own: FastTracer; exporter: InMemorySpanExporter } {
	const exporter = new InMemorySpanExporter();
	const spanProcessors = [new SimpleSpanProcessor({ exporter })];
	const sdks = new TracerProvider({ spanProcessors, ...options }).getTracer('agentese-otel', '1.0');
	const parts = sdkInternalsOf(sdks);
	if (parts === undefined) throw new Error('The tracer of the SDK has other parts than it had.');
	return { sdks, own: new FastTracer(parts), exporter };
}

describe("the tracer of the toolkit's own spans", () => {
	it('is none for a tracer that is made of other parts', () => {
		expect(sdkInternalsOf(trace.getTracer('nobody'))).toBeUndefined();
		const { sdks } = both();
		expect(
			sdkInternalsOf(Object.assign(Object.create(sdks), { _spanLimits: { attributeCountLimit: 1 } })),
		).toBeUndefined();
		expect(sdkInternalsOf(Object.assign(Object.create(sdks), { _idGenerator: undefined }))).toBeUndefined();
	});

	it("counts its spans in the SDK's own metrics, as the SDK does", async () => {
		const counts = async (which: 'sdks' | 'own', sampler?: Sampler) => {
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
		const own = await counts('own');
		expect(own).toEqual(await counts('sdks'));
		expect(own.map(([name]) => name)).toEqual(['otel.sdk.span.started', 'otel.sdk.span.live']);
		expect(await counts('own', new AlwaysOffSampler())).toEqual(await counts('sdks', new AlwaysOffSampler()));
	});

	it('makes nothing where tracing is suppressed', () => {
		const { own, exporter } = both();
		const span = own.startSpan('none', {}, suppressTracing(ROOT_CONTEXT));
		span.end();
		expect([span.isRecording(), trace.isSpanContextValid(span.spanContext())]).toEqual([false, false]);
		expect(exporter.getFinishedSpans()).toEqual([]);
	});

	it('runs a function with its span active, in all forms', () => {
		const { own } = both();
		const seen: unknown[] = [];
		const run = (span: unknown) => seen.push(span instanceof FastSpan);
		own.startActiveSpan('one', run);
		own.startActiveSpan('two', { kind: 1 }, run);
		own.startActiveSpan('three', { kind: 1 }, context.active(), run);
		expect(seen).toEqual([true, true, true]);
	});

	it("asks a generator of somebody's own for every id, and of OpenTelemetry's makes such ids as that does", () => {
		class Mine implements IdGenerator {
			generateSpanId = () => 'a'.repeat(16);
			generateTraceId = () => 'b'.repeat(32);
		}
		const { own } = both({ idGenerator: new Mine() });
		expect(own.startSpan('mine').spanContext()).toMatchObject({ spanId: 'a'.repeat(16), traceId: 'b'.repeat(32) });
		const patched = Object.assign(new RandomIdGenerator(), { generateSpanId: () => 'c'.repeat(16) });
		expect(both({ idGenerator: patched }).own.startSpan('patched').spanContext().spanId).toBe('c'.repeat(16));
		const { own: theirs } = both();
		const ids = Array.from({ length: 2000 }, () => theirs.startSpan('x', {}, ROOT_CONTEXT).spanContext());
		expect(ids.every((one) => trace.isSpanContextValid(one))).toBe(true);
		expect(new Set(ids.map(({ spanId }) => spanId)).size).toBe(2000);
		expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(2000);
	});

	it('makes spans that whoever copies them field by field, or stands before them, can use', () => {
		const { own } = both();
		const span = own.startSpan('copied', { attributes: { a: 1 } });
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
