import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
import type { OtlpSettings } from '../contract/otlp-options.js';

const { CUMULATIVE, DELTA } = AggregationTemporality;

/** What is counted from the last report on, by preference; sums that may fall are always counted from the start. */
const DELTAS: Readonly<Record<OtlpSettings['temporality'], readonly InstrumentType[]>> = {
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

/** The temporality of each kind of instrument, as the specification of the OTLP metrics exporter lists it. */
export function temporalityOf(
	preference: OtlpSettings['temporality'],
): (type: InstrumentType) => AggregationTemporality {
	return (type) => (DELTAS[preference].includes(type) ? DELTA : CUMULATIVE);
}
