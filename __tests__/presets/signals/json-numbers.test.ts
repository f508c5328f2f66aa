import { describe, expect, it } from '@jest/globals';
import { SpanKind, ValueType } from '@opentelemetry/api';
import {
	AggregationTemporality,
	InMemoryMetricExporter,
	MeterProvider,
	PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { encodeMetrics, encodeSpans } from '../../../presets/signals/json-encoding.js';
import type { KeyValue, Line } from '../../support/children.js';

const parse = (data: Uint8Array) => JSON.parse(Buffer.from(data).toString()) as Line;
const values = (attributes: KeyValue[]) => Object.fromEntries(attributes.map(({ key, value }) => [key, value]));

describe('numbers that JSON cannot represent', () => {
	it('are encoded as texts in attributes and events, and nothing else changes', async () => {
		const exporter = new InMemorySpanExporter();
		const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
		const span = provider.getTracer('t').startSpan('odd', { kind: SpanKind.CLIENT });
		span.setAttributes({
			nan: Number.NaN,
			huge: 1e300,
			int: 7,
			double: 0.5,
			list: [1, Number.POSITIVE_INFINITY],
			text: 'NaN',
		});
		span.addEvent('event', { low: Number.NEGATIVE_INFINITY });
		span.end();
		const before = JSON.stringify(exporter.getFinishedSpans()[0]?.attributes);
		const line = parse(encodeSpans(exporter.getFinishedSpans()));
		const [written] = line.resourceSpans?.[0]?.scopeSpans[0]?.spans ?? [];
		expect(written).toMatchObject({ name: 'odd', kind: 3, traceId: span.spanContext().traceId });
		expect(values(written?.attributes ?? [])).toEqual({
			nan: { doubleValue: 'NaN' },
			huge: { doubleValue: 1e300 },
			int: { intValue: 7 },
			double: { doubleValue: 0.5 },
			list: { arrayValue: { values: [{ intValue: 1 }, { doubleValue: 'Infinity' }] } },
			text: { stringValue: 'NaN' },
		});
		expect(values(written?.events[0]?.attributes ?? [])).toEqual({ low: { doubleValue: '-Infinity' } });
		expect(JSON.stringify(exporter.getFinishedSpans()[0]?.attributes)).toBe(before);
	});

	it('are encoded as texts in metrics, of integer instruments too', async () => {
		const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
		const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 });
		const provider = new MeterProvider({ readers: [reader] });
		const meter = provider.getMeter('m');
		meter.createGauge('gauge').record(Number.NaN);
		meter.createGauge('int', { valueType: ValueType.INT }).record(1e300);
		meter.createGauge('plain', { valueType: ValueType.INT }).record(5);
		meter.createHistogram('histogram').record(Number.POSITIVE_INFINITY);
		await reader.forceFlush();
		const line = parse(encodeMetrics(exporter.getMetrics()));
		await provider.shutdown();
		const metrics = line.resourceMetrics?.[0]?.scopeMetrics[0]?.metrics ?? [];
		expect(metrics.map(({ name, gauge, histogram }) => [name, (gauge ?? histogram)?.dataPoints[0]])).toEqual([
			['gauge', expect.objectContaining({ asDouble: 'NaN' })],
			['int', expect.objectContaining({ asDouble: 1e300 })],
			['plain', expect.objectContaining({ asInt: 5 })],
			['histogram', expect.objectContaining({ count: 1, sum: 'Infinity', max: 'Infinity' })],
		]);
	});
});
