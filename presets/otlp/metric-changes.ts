import { getNumberFromEnv } from '@opentelemetry/core';
import {
	AggregationTemporality,
	DataPointType,
	type MetricData,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { HasChanged } from '../signals/metric-reader.js';

/**
 * Whether a collection that is made when the process ends says more than the one that was sent a moment before. A
 * gauge has another value each time, and is no news on its own.
 */
export const hasChanged: HasChanged = (now, last) => {
	const known = new Map(
		(last === undefined ? [] : metricsOf(last)).map(([key, { dataPoints }]) => [key, said(dataPoints)]),
	);
	return metricsOf(now).some(([key, metric]) => {
		if (metric.dataPointType === DataPointType.GAUGE) return false;
		if (metric.aggregationTemporality === AggregationTemporality.DELTA) {
			return metric.dataPoints.some(({ value }) => (typeof value === 'number' ? value : value.count) !== 0);
		}
		return known.get(key) !== said(metric.dataPoints);
	});
};

function metricsOf({ scopeMetrics }: ResourceMetrics): [string, MetricData][] {
	return scopeMetrics.flatMap(({ scope, metrics }) =>
		metrics.map((metric): [string, MetricData] => [`${scope.name} ${scope.version} ${metric.descriptor.name}`, metric]),
	);
}

function said(points: MetricData['dataPoints']): string {
	return JSON.stringify(points.map(({ attributes, value }) => [attributes, value]));
}

/** A variable's number, where it is one that can be waited for. */
export function positive(name: string, otherwise: number): number {
	const value = getNumberFromEnv(name);
	return value !== undefined && value > 0 ? value : otherwise;
}
