import type { Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import {
	type CollectionResult,
	type DataPoint,
	DataPointType,
	type Histogram,
	type IMetricReader,
	type MetricData,
	type MetricProducer,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { wrapProducer } from '../../presets/signals/metric-producer.js';
import { redactSafely } from './redact-safely.js';
import { mapChanged, redactScope } from './redact-span.js';

/** How metrics are redacted. */
interface MetricPolicy {
	/** Redacts labels, names and descriptions. */
	readonly redactor: Redactor;
	/** Redacts a resource. Never throws. */
	readonly redactResource: (resource: Resource) => Resource;
}

/** Changes a reader so that every collection it receives is redacted, however it exports them. Returns the reader. */
export function redactMetricReader(reader: IMetricReader, policy: MetricPolicy): IMetricReader {
	// The SDK calls this method once, when the reader is added to a meter provider.
	const set = reader.setMetricProducer;
	reader.setMetricProducer = (producer) => set.call(reader, createRedactingProducer(producer, policy));
	return reader;
}

/** Creates a producer whose collections are those of another one, redacted. */
function createRedactingProducer(producer: MetricProducer, policy: MetricPolicy): MetricProducer {
	const wrapper: MetricProducer = {
		collect: async (options): Promise<CollectionResult> => {
			const { resourceMetrics, errors } = await producer.collect(options);
			return { resourceMetrics: redactMetrics(resourceMetrics, policy), errors };
		},
	};
	// Readers that collect from the SDK's own producer find it by this record, and redact what they collect themselves.
	wrapProducer(wrapper, { producer, redact: (collection) => redactMetrics(collection, policy) });
	return wrapper;
}

/** Returns a collection without secrets in its resource, scopes, descriptors and labels. Never throws. */
export function redactMetrics(collection: ResourceMetrics, policy: MetricPolicy): ResourceMetrics {
	const { redactor } = policy;
	const resource = policy.redactResource(collection.resource);
	const scopeMetrics = mapChanged(collection.scopeMetrics, (item) => {
		const scope = redactScope(item.scope, redactor);
		const metrics = mapChanged(item.metrics, (metric) => redactMetric(metric, redactor));
		return scope === item.scope && metrics === item.metrics ? item : { ...item, scope, metrics };
	});
	const same = resource === collection.resource && scopeMetrics === collection.scopeMetrics;
	return same ? collection : { ...collection, resource, scopeMetrics };
}

/** Redacts the descriptor and the labels of a metric; returns the same object if there is nothing to redact. */
function redactMetric(metric: MetricData, redactor: Redactor): MetricData {
	const descriptor = redactDescriptor(metric.descriptor, redactor);
	const points: readonly DataPoint<unknown>[] = metric.dataPoints;
	const redacted = mapChanged([...points], (point) => redactPoint(point, redactor));
	const changed = redacted.some((point, at) => point !== points[at]);
	if (!changed && descriptor === metric.descriptor) return metric;
	const dataPoints = changed ? mergePoints(redacted, metric.dataPointType) : points;
	return { ...metric, descriptor, dataPoints } as MetricData;
}

/** Redacts the name, the description and the unit of a metric, all of which an application may choose. */
function redactDescriptor(descriptor: MetricData['descriptor'], redactor: Redactor): MetricData['descriptor'] {
	const texts = [descriptor.name, descriptor.description, descriptor.unit] as const;
	const redacted = texts.map((text) => redactor.text(text));
	if (redacted.every((text, at) => text === texts[at])) return descriptor;
	const [name = descriptor.name, description = '', unit = ''] = redacted;
	return { ...descriptor, name, description, unit };
}

/** Redacts the labels of a point; if that throws, all values of the labels are replaced. */
function redactPoint(point: DataPoint<unknown>, redactor: Redactor): DataPoint<unknown> {
	const attributes = redactSafely(point.attributes, redactor);
	return attributes === point.attributes ? point : { ...point, attributes };
}

/**
 * Merges points whose labels have become equal, because they differed in redacted values only: a backend refuses two
 * points of a metric with the same labels.
 */
function mergePoints(points: readonly DataPoint<unknown>[], type: DataPointType): DataPoint<unknown>[] {
	const byLabels = new Map<string, DataPoint<unknown>>();
	for (const point of points) {
		const key = labelsKey(point.attributes);
		const first = byLabels.get(key);
		byLabels.set(key, first === undefined ? point : { ...point, value: mergeValues(first.value, point.value, type) });
	}
	return [...byLabels.values()];
}

/** Returns a text that is equal for equal labels, whatever their order. */
function labelsKey(labels: Attributes): string {
	return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Adds two sums or two histograms; of gauges, and of exponential histograms, returns the second value. */
function mergeValues(first: unknown, second: unknown, type: DataPointType): unknown {
	if (type === DataPointType.SUM) return Number(first) + Number(second);
	if (type !== DataPointType.HISTOGRAM) return second;
	return addHistograms(first as Histogram, second as Histogram);
}

/** Adds two histograms of one instrument, whose bucket boundaries are the same. */
function addHistograms(first: Histogram, second: Histogram): Histogram {
	const { boundaries, counts } = first.buckets;
	const min = pickDefined(first.min, second.min, Math.min);
	const max = pickDefined(first.max, second.max, Math.max);
	return {
		buckets: { boundaries, counts: counts.map((count, at) => count + (second.buckets.counts[at] ?? 0)) },
		count: first.count + second.count,
		...(first.sum !== undefined && second.sum !== undefined && { sum: first.sum + second.sum }),
		...(min !== undefined && { min }),
		...(max !== undefined && { max }),
	};
}

/** Picks one of two numbers; returns the defined one if the other is undefined. */
function pickDefined(a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number) {
	return a === undefined || b === undefined ? (a ?? b) : pick(a, b);
}
