import { type MeterProvider as Meters, metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { ProviderOptions, StartConfiguration, StartedProvider } from './configuration.js';

/**
 * Creates the provider of meters and registers it with the API.
 *
 * @param sdkMetricsEnabled - whether the SDK also measures itself
 */
export function startMeters(
	{ metricReaders, views }: StartConfiguration,
	{ resource }: ProviderOptions,
	sdkMetricsEnabled: boolean,
): StartedProvider & Meters {
	const provider = new MeterProvider({ resource, views, readers: metricReaders, sdkMetricsEnabled });
	metrics.setGlobalMeterProvider(provider);
	return provider;
}
