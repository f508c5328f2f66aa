import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
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
