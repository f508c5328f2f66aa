import { readFileSync } from 'node:fs';

/** A span, read from a file of the json preset. */
export interface SpanRead {
	readonly traceId: string;
	readonly spanId: string;
	/** Undefined for the root of a trace. */
	readonly parentSpanId: string | undefined;
	readonly name: string;
	/** Nanoseconds since 1970. */
	readonly start: bigint;
	/** The duration. */
	readonly milliseconds: number;
	/** All values as text. */
	readonly attributes: Readonly<Record<string, string>>;
	/** The status message if the status is ERROR, else undefined. */
	readonly failed: string | undefined;
}

/** A point of a metric, read from a file of the json preset. */
export interface PointRead {
	/** The metric's name. */
	readonly metric: string;
	/** The point's attributes, all values as text. */
	readonly labels: Readonly<Record<string, string>>;
	/** A counter's value, or how many values a histogram recorded. */
	readonly value: number;
	/** The sum of the values that a histogram recorded; undefined for a counter. */
	readonly sum: number | undefined;
}

// The types of OTLP JSON, reduced to the members that the garden reads.
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
/** One line of a file: an OTLP export request. */
interface Line {
	readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
	readonly resourceMetrics?: readonly {
		readonly scopeMetrics: readonly { readonly metrics: readonly OtlpMetric[] }[];
	}[];
}

/**
 * Returns all spans of these files by their start. A start is a whole number of milliseconds; spans of one millisecond
 * stay in the order of the files, which is the order in which they ended.
 */
export function readTraces(files: readonly string[]): SpanRead[] {
	return lines(files)
		.flatMap((line) => line.resourceSpans ?? [])
		.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
		.map(readSpan)
		.sort((a, b) => Number(a.start - b.start));
}

/** Returns the points of the last collection in these files. They are cumulative, so it includes all before it. */
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
		attributes: readAttributes(span.attributes),
		failed: span.status?.code === 2 ? (span.status.message ?? '') : undefined,
	};
}

function readPoint(metric: string, point: OtlpPoint): PointRead {
	const value = point.count ?? point.asInt ?? point.asDouble ?? 0;
	return { metric, labels: readAttributes(point.attributes), value: Number(value), sum: point.sum };
}

function readAttributes(attributes: readonly KeyValue[] = []): Record<string, string> {
	return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
