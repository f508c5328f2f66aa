import {
	AggregationTemporality,
	DataPointType,
	type MetricData,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { HasChanged } from '../signals/metric-reader.js';

/**
 * Returns true if a collection at the end of the process contains more than the one that was sent a moment before. A
 * gauge does not count: it has another value in each collection.
 */
export const hasChanged: HasChanged = (now, last) => {
	const previous = new Map(
		(last === undefined ? [] : metricsOf(last)).map(([key, { dataPoints }]) => [key, serialized(dataPoints)]),
	);
	return metricsOf(now).some(([key, metric]) => {
		if (metric.dataPointType === DataPointType.GAUGE) return false;
		if (metric.aggregationTemporality === AggregationTemporality.DELTA) {
			return metric.dataPoints.some(({ value }) => (typeof value === 'number' ? value : value.count) !== 0);
		}
		return previous.get(key) !== serialized(metric.dataPoints);
	});
};

/** Returns the metrics of a collection, each with a key that identifies it across collections. */
function metricsOf({ scopeMetrics }: ResourceMetrics): [string, MetricData][] {
	return scopeMetrics.flatMap(({ scope, metrics }) =>
		metrics.map((metric): [string, MetricData] => [`${scope.name} ${scope.version} ${metric.descriptor.name}`, metric]),
	);
}

function serialized(points: MetricData['dataPoints']): string {
	return JSON.stringify(points.map(({ attributes, value }) => [attributes, value]));
}
