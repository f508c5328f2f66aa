import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/**
 * The approximate size in memory of a record without attributes, in bytes (measured: a span of SDK 3 with seven short
 * attributes is 2 kB).
 */
const RECORD_BYTES = 1000;
/** The approximate size of an attribute without its key and value, in bytes. */
const ATTRIBUTE_BYTES = 60;
/** The approximate size of an event or a link without its attributes, in bytes. */
const EVENT_BYTES = 200;
/** The approximate size of a metric data point, in bytes. */
const POINT_BYTES = 500;

/**
 * Returns the approximate size of a span in memory, in bytes. It reads lengths only; its cost grows with the
 * attributes.
 */
export function spanSize(span: ReadableSpan): number {
	let size = RECORD_BYTES + span.name.length + attributesSize(span.attributes) + span.links.length * EVENT_BYTES;
	for (const event of span.events) size += EVENT_BYTES + attributesSize(event.attributes);
	return size;
}

/** Returns the approximate size of a log record in memory, in bytes. */
export function logSize(record: ReadableLogRecord): number {
	return RECORD_BYTES + valueSize(record.body) + attributesSize(record.attributes);
}

/** Returns the approximate size of a collection of metrics in memory, in bytes. */
export function metricsSize(collection: ResourceMetrics): number {
	return RECORD_BYTES + pointsOf(collection) * POINT_BYTES;
}

/** Returns the number of data points in a collection. */
export function pointsOf(collection: ResourceMetrics): number {
	let points = 0;
	for (const { metrics } of collection.scopeMetrics) {
		for (const { dataPoints } of metrics) points += dataPoints.length;
	}
	return points;
}

function attributesSize(attributes: object | undefined): number {
	let size = 0;
	for (const key in attributes) {
		size += ATTRIBUTE_BYTES + key.length + valueSize((attributes as Record<string, unknown>)[key]);
	}
	return size;
}

/** Returns the approximate size of a value of an attribute or a body, in bytes; nested values count in full. */
function valueSize(value: unknown): number {
	if (typeof value === 'string') return value.length;
	if (typeof value !== 'object' || value === null) return 8;
	if (ArrayBuffer.isView(value)) return value.byteLength;
	let size = 0;
	for (const key in value) size += 16 + valueSize((value as Record<string, unknown>)[key]);
	return size;
}
