import { readFileSync } from 'node:fs';

/** A span as it was read back from a file. */
export interface SpanRead {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId: string | undefined;
	readonly name: string;
	readonly start: bigint;
	readonly milliseconds: number;
	readonly attributes: Readonly<Record<string, string>>;
	readonly failed: string | undefined;
}

/** A point of a metric as it was read back: for a histogram its count and its sum. */
export interface PointRead {
	readonly metric: string;
	readonly labels: Readonly<Record<string, string>>;
	readonly value: number;
	readonly sum: number | undefined;
}

// The shapes of OTLP JSON, as far as the garden reads them.
interface KeyValue {
	readonly key: string;
	readonly value: Readonly<Record<string, unknown>>;
}
interface OtlpSpan {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	readonly startTimeUnixNano: string;
	readonly endTimeUnixNano: string;
	readonly attributes?: readonly KeyValue[];
	readonly status?: { readonly code?: number; readonly message?: string };
}
interface OtlpPoint {
	readonly attributes?: readonly KeyValue[];
	readonly asInt?: number;
	readonly asDouble?: number;
	readonly count?: number;
	readonly sum?: number;
}
interface OtlpMetric {
	readonly name: string;
	readonly sum?: { readonly dataPoints: readonly OtlpPoint[] };
	readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
}
interface Line {
	readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
	readonly resourceMetrics?: readonly {
		readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
	}[];
}

/** All spans in these files, by their start, which is a whole millisecond; of one millisecond, as they ended. */
export function readTraces(files: readonly string[]): SpanRead[] {
	return lines(files)
		.flatMap((line) => line.resourceSpans ?? [])
		.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
		.map(readSpan)
		.sort((a, b) => Number(a.start - b.start));
}

/** The points of the last collection in these files: cumulative, so the last one says it all. */
export function readMetrics(files: readonly string[]): PointRead[] {
	const last = lines(files).at(-1)?.resourceMetrics ?? [];
	return last
		.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
		.flatMap(({ name, sum, histogram }) => (sum ?? histogram)?.dataPoints.map((point) => readPoint(name, point)) ?? []);
}

function lines(files: readonly string[]): Line[] {
	return files
		.flatMap((file) => readFileSync(file, 'utf8').split('\n'))
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line) as Line);
}

function readSpan(span: OtlpSpan): SpanRead {
	const start = BigInt(span.startTimeUnixNano);
	return {
		traceId: span.traceId,
		spanId: span.spanId,
		parentSpanId: span.parentSpanId,
		name: span.name,
		start,
		milliseconds: Number(BigInt(span.endTimeUnixNano) - start) / 1e6,
		attributes: texts(span.attributes),
		failed: span.status?.code === 2 ? (span.status.message ?? '') : undefined,
	};
}

function readPoint(metric: string, point: OtlpPoint): PointRead {
	const value = point.count ?? point.asInt ?? point.asDouble ?? 0;
	return { metric, labels: texts(point.attributes), value: Number(value), sum: point.sum };
}

function texts(attributes: readonly KeyValue[] = []): Record<string, string> {
	return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
