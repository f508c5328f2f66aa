import {
	type AggregationOption,
	AggregationTemporality,
	AggregationType,
	InstrumentType,
} from '@opentelemetry/sdk-metrics';
import type { OtlpSettings } from '../contract/otlp-options.js';

const { CUMULATIVE, DELTA } = AggregationTemporality;

/** The instruments with delta temporality, for each preference. Up-down counters are cumulative in any case. */
const DELTA_INSTRUMENTS: Readonly<Record<OtlpSettings['temporality'], readonly InstrumentType[]>> = {
	cumulative: [],
	delta: [
		InstrumentType.COUNTER,
		InstrumentType.OBSERVABLE_COUNTER,
		InstrumentType.HISTOGRAM,
		InstrumentType.GAUGE,
		InstrumentType.OBSERVABLE_GAUGE,
	],
	lowmemory: [InstrumentType.COUNTER, InstrumentType.HISTOGRAM],
};

/**
 * Returns a function that selects the temporality of an instrument, as the specification of the OTLP metrics exporter
 * defines it for the preference.
 */
export function temporalityOf(
	preference: OtlpSettings['temporality'],
): (type: InstrumentType) => AggregationTemporality {
	return (type) => (DELTA_INSTRUMENTS[preference].includes(type) ? DELTA : CUMULATIVE);
}

/** The variable that selects the aggregation of histograms. */
const AGGREGATION = 'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION';

/**
 * Selects the aggregation of an instrument: exponential histograms if that variable demands them, else the default of the
 * instrument. A view has precedence, so the toolkit's own histograms keep their buckets.
 */
export function aggregationOf(type: InstrumentType): AggregationOption {
	const isExponential = process.env[AGGREGATION]?.trim().toLowerCase() === 'base2_exponential_bucket_histogram';
	const isHistogram = type === InstrumentType.HISTOGRAM;
	return { type: isExponential && isHistogram ? AggregationType.EXPONENTIAL_HISTOGRAM : AggregationType.DEFAULT };
}
