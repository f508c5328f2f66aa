import { type MeterProvider as Meters, metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { Around, StartConfiguration, Started } from './configuration.js';

/**
 * Registers what makes measurements.
 *
 * @param sdkMetricsEnabled - whether the SDK counts its own work as well
 */
export function startMeters(
	{ metricReaders, views }: StartConfiguration,
	{ resource }: Around,
	sdkMetricsEnabled: boolean,
): Started & Meters {
	const provider = new MeterProvider({ resource, views, readers: metricReaders, sdkMetricsEnabled });
	metrics.setGlobalMeterProvider(provider);
	return provider;
}
