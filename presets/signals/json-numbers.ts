import { randomInt } from 'node:crypto';
import { type Attributes, ValueType } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** A whole number of this magnitude does not fit into an int64, and a reader would refuse the whole line. */
const INT64 = 2 ** 63;

/**
 * Works around numbers that OpenTelemetry's JSON serializer encodes wrongly: it encodes NaN and the infinities as null
 * (the JSON mapping of protobuf requires them as strings), and whole numbers above 64 bits as an illegal `intValue`.
 *
 * Each of them is replaced before the encoding by a random placeholder, which `restore` replaces in the encoded line by
 * the correct text. A record without such numbers is returned as the same object, so that it is not copied.
 */
export class NumberSubstitution {
	/** The placeholder of each number that was replaced. */
	readonly #placeholders = new Map<number, string>();
	/** The JSON text that each placeholder is replaced by in the end. */
	readonly #texts: [placeholder: string, text: string][] = [];

	/** True once a number has been replaced. */
	get hasReplaced(): boolean {
		return this.#texts.length > 0;
	}

	/**
	 * Returns the number, or its placeholder if the serializer would encode it wrongly.
	 *
	 * @param isInteger - whether the serializer encodes a whole number as an int64
	 */
	replace(value: number, isInteger = true): number {
		if (Number.isFinite(value) && !(isInteger && Math.abs(value) >= INT64)) return value;
		const known = this.#placeholders.get(value);
		if (known !== undefined) return Number(known);
		// A double with random digits and an extreme exponent does not occur in telemetry by accident.
		const placeholder = String(Number(`1.${randomInt(1e9, 1e10)}${this.#texts.length}7e-290`));
		this.#placeholders.set(value, placeholder);
		this.#texts.push([placeholder, Number.isFinite(value) ? String(value) : `"${value}"`]);
		return Number(placeholder);
	}

	/** Returns the encoded line with the correct text in place of each placeholder. */
	restore(line: string): string {
		return this.#texts.reduce((text, [placeholder, number]) => text.replaceAll(`:${placeholder}`, `:${number}`), line);
	}

	/** Returns the span with placeholders in its attributes, events and links; the same object if it needs none. */
	span(span: ReadableSpan): ReadableSpan {
		const attributes = this.value(span.attributes);
		const events = this.#withAttributes(span.events);
		const links = this.#withAttributes(span.links);
		if (attributes === span.attributes && events === span.events && links === span.links) return span;
		return {
			name: span.name,
			kind: span.kind,
			spanContext: () => span.spanContext(),
			...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
			startTime: span.startTime,
			endTime: span.endTime,
			status: span.status,
			attributes,
			links,
			events,
			duration: span.duration,
			ended: span.ended,
			resource: span.resource,
			instrumentationScope: span.instrumentationScope,
			droppedAttributesCount: span.droppedAttributesCount,
			droppedEventsCount: span.droppedEventsCount,
			droppedLinksCount: span.droppedLinksCount,
		};
	}

	/** Returns the log record with placeholders in its attributes and body; the same object if it needs none. */
	log(record: ReadableLogRecord): ReadableLogRecord {
		const attributes = this.value(record.attributes);
		const body = this.value(record.body);
		if (attributes === record.attributes && body === record.body) return record;
		return {
			hrTime: record.hrTime,
			hrTimeObserved: record.hrTimeObserved,
			...(record.spanContext && { spanContext: record.spanContext }),
			...(record.severityText !== undefined && { severityText: record.severityText }),
			...(record.severityNumber !== undefined && { severityNumber: record.severityNumber }),
			...(body !== undefined && { body }),
			...(record.eventName !== undefined && { eventName: record.eventName }),
			resource: record.resource,
			instrumentationScope: record.instrumentationScope,
			attributes,
			droppedAttributesCount: record.droppedAttributesCount,
		};
	}

	/** Returns a copy of the collection with placeholders in its attributes and values. */
	metrics(collection: ResourceMetrics): ResourceMetrics {
		return {
			resource: collection.resource,
			scopeMetrics: collection.scopeMetrics.map(({ scope, metrics }) => ({
				scope,
				metrics: metrics.map((metric) => this.#metric(metric)),
			})),
		};
	}

	/**
	 * Returns the value of an attribute or a body with placeholders in it, however deep; the same object if it needs
	 * none.
	 */
	value<T>(value: T): T {
		if (typeof value === 'number') return this.replace(value) as T;
		if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
		const entries = Object.entries(value);
		const replaced = entries.map(([key, item]) => [key, this.value(item)] as const);
		if (replaced.every(([, item], index) => Object.is(item, entries[index]?.[1]))) return value;
		return (Array.isArray(value) ? replaced.map(([, item]) => item) : Object.fromEntries(replaced)) as T;
	}

	/** Returns events or links with placeholders in their attributes; the same array if they need none. */
	#withAttributes<T extends { attributes?: Attributes }>(items: T[]): T[] {
		const replaced = items.map((item) => {
			const attributes = this.value(item.attributes);
			return attributes === item.attributes ? item : { ...item, attributes };
		});
		return replaced.every((item, index) => item === items[index]) ? items : (replaced as T[]);
	}

	#metric(metric: MetricData): MetricData {
		if (metric.dataPointType === DataPointType.SUM || metric.dataPointType === DataPointType.GAUGE) {
			const isInteger = metric.descriptor.valueType === ValueType.INT;
			// An integer instrument that recorded NaN or more than 64 bits can only be encoded as a double.
			const needsDouble = ({ value }: { value: number }) =>
				!Number.isFinite(value) || (isInteger && Math.abs(value) >= INT64);
			if (!metric.dataPoints.some(needsDouble)) return this.#withPointAttributes(metric);
			return {
				...this.#withPointAttributes(metric),
				descriptor: { ...metric.descriptor, valueType: ValueType.DOUBLE },
				dataPoints: metric.dataPoints.map((point) => ({
					...point,
					attributes: this.value(point.attributes),
					value: this.replace(point.value, false),
				})),
			} as MetricData;
		}
		return {
			...metric,
			dataPoints: metric.dataPoints.map((point) => ({
				...point,
				attributes: this.value(point.attributes),
				value: { ...point.value, ...this.#histogramValues(point.value) },
			})),
		} as MetricData;
	}

	/** Returns the metric with placeholders in the attributes of its data points. */
	#withPointAttributes(metric: MetricData): MetricData {
		const dataPoints = metric.dataPoints.map((point) => ({ ...point, attributes: this.value(point.attributes) }));
		return { ...metric, dataPoints } as MetricData;
	}

	/** Returns the sum, the minimum and the maximum of a histogram, with placeholders. */
	#histogramValues(value: { sum?: number; min?: number; max?: number }): {
		sum?: number;
		min?: number;
		max?: number;
	} {
		return {
			...(value.sum !== undefined && { sum: this.replace(value.sum, false) }),
			...(value.min !== undefined && { min: this.replace(value.min, false) }),
			...(value.max !== undefined && { max: this.replace(value.max, false) }),
		};
	}
}
