// A preset of the kind that a user writes: the toolkit's own start, with exporters that send nothing and count everything.
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { Counted } from './counted.mjs';

/** What arrived; one per process, as telemetry is. */
export const counted = new Counted();

/** What `make` answers; set before the start. */
export const wanted = { traces: true, metrics: true, batch: {} };

export default {
	name: 'counting',
	make: () => ({
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
