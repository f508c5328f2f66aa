import { randomInt } from 'node:crypto';
import { type Attributes, ValueType } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** Beyond this a whole number is no int64, and a reader refuses the whole line. */
const INT64 = 2 ** 63;

/**
 * Numbers that OpenTelemetry's serializer writes wrongly: NaN and the infinities become null (protobuf's JSON wants
 * them as strings), whole numbers beyond 64 bits become an impossible `intValue`. Each is replaced before encoding by
 * a random number of its own, which the encoded line then gives back as it should be.
 */
export class OddNumbers {
	readonly #marks = new Map<number, string>();
	readonly #texts: [mark: string, text: string][] = [];

	/** True once a number was replaced. */
	get found(): boolean {
		return this.#texts.length > 0;
	}

	/** The number, or what stands for it until the line is encoded. */
	replace(value: number, whole = true): number {
		if (Number.isFinite(value) && !(whole && Math.abs(value) >= INT64)) return value;
		const known = this.#marks.get(value);
		if (known !== undefined) return Number(known);
		const mark = String(Number(`1.${randomInt(1e9, 1e10)}${this.#texts.length}7e-290`));
		this.#marks.set(value, mark);
		this.#texts.push([mark, Number.isFinite(value) ? String(value) : `"${value}"`]);
		return Number(mark);
	}

	/** Gives back every replaced number. */
	restore(line: string): string {
		return this.#texts.reduce((text, [mark, number]) => text.replaceAll(`:${mark}`, `:${number}`), line);
	}

	span(span: ReadableSpan): ReadableSpan {
		const attributes = this.value(span.attributes);
		const events = this.#attributed(span.events);
		const links = this.#attributed(span.links);
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

	metrics(all: ResourceMetrics): ResourceMetrics {
		return {
			resource: all.resource,
			scopeMetrics: all.scopeMetrics.map(({ scope, metrics }) => ({
				scope,
				metrics: metrics.map((metric) => this.#metric(metric)),
			})),
		};
	}

	/** A value of an attribute or a body, with the numbers in it replaced; the same object where there are none. */
	value<T>(value: T): T {
		if (typeof value === 'number') return this.replace(value) as T;
		if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
		const entries = Object.entries(value);
		const replaced = entries.map(([key, item]) => [key, this.value(item)] as const);
		if (replaced.every(([, item], index) => Object.is(item, entries[index]?.[1]))) return value;
		return (Array.isArray(value) ? replaced.map(([, item]) => item) : Object.fromEntries(replaced)) as T;
	}

	#attributed<T extends { attributes?: Attributes }>(items: T[]): T[] {
		const replaced = items.map((item) => {
			const attributes = this.value(item.attributes);
			return attributes === item.attributes ? item : { ...item, attributes };
		});
		return replaced.every((item, index) => item === items[index]) ? items : (replaced as T[]);
	}

	#metric(metric: MetricData): MetricData {
		if (metric.dataPointType === DataPointType.SUM || metric.dataPointType === DataPointType.GAUGE) {
			const int = metric.descriptor.valueType === ValueType.INT;
			// An integer instrument that was given NaN can only be written as a double.
			const odd = ({ value }: { value: number }) => !Number.isFinite(value) || (int && Math.abs(value) >= INT64);
			if (!metric.dataPoints.some(odd)) return this.#labels(metric);
			return {
				...this.#labels(metric),
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
				value: { ...point.value, ...this.#extremes(point.value) },
			})),
		} as MetricData;
	}

	#labels(metric: MetricData): MetricData {
		const dataPoints = metric.dataPoints.map((point) => ({ ...point, attributes: this.value(point.attributes) }));
		return { ...metric, dataPoints } as MetricData;
	}

	#extremes(value: { sum?: number; min?: number; max?: number }): { sum?: number; min?: number; max?: number } {
		return {
			...(value.sum !== undefined && { sum: this.replace(value.sum, false) }),
			...(value.min !== undefined && { min: this.replace(value.min, false) }),
			...(value.max !== undefined && { max: this.replace(value.max, false) }),
		};
	}
}
