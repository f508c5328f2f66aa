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
import { redactOrHide } from './redact-or-hide.js';
import { mapped, scopeOf } from './redact-span.js';

/** What collections are looked at with. */
export interface MetricRules {
	readonly redactor: Redactor;
	readonly resourceOf: (resource: Resource) => Resource;
}

/** Makes a reader see collections without secrets, whatever it does with them. */
export function redactReader(reader: IMetricReader, rules: MetricRules): IMetricReader {
	const set = reader.setMetricProducer;
	reader.setMetricProducer = (producer) => set.call(reader, redactingProducer(producer, rules));
	return reader;
}

function redactingProducer(producer: MetricProducer, rules: MetricRules): MetricProducer {
	const made: MetricProducer = {
		collect: async (options): Promise<CollectionResult> => {
			const { resourceMetrics, errors } = await producer.collect(options);
			return { resourceMetrics: redactedMetrics(resourceMetrics, rules), errors };
		},
	};
	wrapProducer(made, { producer, redact: (collection) => redactedMetrics(collection, rules) });
	return made;
}

/** The collection without secrets in its labels, descriptions and resource. Never throws. */
export function redactedMetrics(collection: ResourceMetrics, rules: MetricRules): ResourceMetrics {
	const { redactor } = rules;
	const resource = rules.resourceOf(collection.resource);
	const scopeMetrics = mapped(collection.scopeMetrics, (one) => {
		const scope = scopeOf(one.scope, redactor);
		const metrics = mapped(one.metrics, (metric) => redactedMetric(metric, redactor));
		return scope === one.scope && metrics === one.metrics ? one : { ...one, scope, metrics };
	});
	const same = resource === collection.resource && scopeMetrics === collection.scopeMetrics;
	return same ? collection : { ...collection, resource, scopeMetrics };
}

function redactedMetric(metric: MetricData, redactor: Redactor): MetricData {
	const descriptor = cleanDescriptor(metric.descriptor, redactor);
	const points: readonly DataPoint<unknown>[] = metric.dataPoints;
	const clean = mapped([...points], (point) => cleanPoint(point, redactor));
	const changed = clean.some((point, at) => point !== points[at]);
	if (!changed && descriptor === metric.descriptor) return metric;
	return { ...metric, descriptor, dataPoints: changed ? merged(clean, metric.dataPointType) : points } as MetricData;
}

function cleanDescriptor(descriptor: MetricData['descriptor'], redactor: Redactor): MetricData['descriptor'] {
	const said = [descriptor.name, descriptor.description, descriptor.unit] as const;
	const clean = said.map((text) => redactor.text(text));
	if (clean.every((text, at) => text === said[at])) return descriptor;
	const [name = descriptor.name, description = '', unit = ''] = clean;
	return { ...descriptor, name, description, unit };
}

function cleanPoint(point: DataPoint<unknown>, redactor: Redactor): DataPoint<unknown> {
	const attributes = redactOrHide(point.attributes, (labels) => redactor.record(labels));
	return attributes === point.attributes ? point : { ...point, attributes };
}

/** Points that differed in what is hidden alone are one point: a backend takes no two of the same labels. */
function merged(points: readonly DataPoint<unknown>[], type: DataPointType): DataPoint<unknown>[] {
	const byLabels = new Map<string, DataPoint<unknown>>();
	for (const point of points) {
		const key = labelsKey(point.attributes);
		const there = byLabels.get(key);
		byLabels.set(key, there === undefined ? point : { ...point, value: together(there.value, point.value, type) });
	}
	return [...byLabels.values()];
}

function labelsKey(labels: Attributes): string {
	return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function together(first: unknown, second: unknown, type: DataPointType): unknown {
	if (type === DataPointType.SUM) return Number(first) + Number(second);
	if (type !== DataPointType.HISTOGRAM) return second;
	return sumOf(first as Histogram, second as Histogram);
}

/** Two histograms of one instrument, whose boundaries are the same. */
function sumOf(first: Histogram, second: Histogram): Histogram {
	const { boundaries, counts } = first.buckets;
	const least = lesser(first.min, second.min, Math.min);
	const most = lesser(first.max, second.max, Math.max);
	return {
		buckets: { boundaries, counts: counts.map((count, at) => count + (second.buckets.counts[at] ?? 0)) },
		count: first.count + second.count,
		...(first.sum !== undefined && second.sum !== undefined && { sum: first.sum + second.sum }),
		...(least !== undefined && { min: least }),
		...(most !== undefined && { max: most }),
	};
}

function lesser(a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number) {
	return a === undefined || b === undefined ? (a ?? b) : pick(a, b);
}
