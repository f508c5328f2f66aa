// A custom preset whose exporters send nothing and count what reaches them. It is for benchmarks of `startTelemetry`.
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { Counted } from './counted.mjs';

/** What arrived. There is one per process, as there is one telemetry per process. */
export const counted = new Counted();

/** Which parts `make` returns: set it before the start. `batch`: options of the batch processor. */
export const wanted = { traces: true, metrics: true, batch: {} };

/** The preset. */
export default {
	name: 'counting',
	create: () => ({
		...(wanted.traces && {
			spanProcessors: [new BatchSpanProcessor({ exporter: counted.spanExporter(), ...wanted.batch })],
		}),
		...(wanted.metrics && {
			metricReaders: [
				new PeriodicExportingMetricReader({ exporter: counted.metricExporter(), exportIntervalMillis: 1000 }),
			],
		}),
	}),
};
