import {
	type Counter,
	type Histogram,
	type Meter,
	type MeterProvider,
	metrics,
	type UpDownCounter,
} from '@opentelemetry/api';
import { apiRegistry } from '../runtime/active-context.js';
import { currentEpoch } from '../runtime/epoch.js';
import {
	METRIC_AGENTESE_ERRORS,
	METRIC_AGENTESE_INVOCATIONS,
	METRIC_AGENTESE_INVOKE_ACTIVE,
	METRIC_AGENTESE_INVOKE_DURATION,
	METRIC_AGENTESE_STREAM_TIME_TO_FIRST_CHUNK,
	METRIC_AGENTESE_TOKENS,
} from '../runtime/names.generated.js';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../runtime/version.js';
import { bulkHistogram } from './bulk-histogram.js';
import { addMeter, type PreAggregation, startPreAggregation } from './pre-aggregation.js';
import type { BoundHistogram } from './series.js';

/**
 * The default boundaries of the duration histogram in milliseconds: from a cached look-up to an agent that thinks for
 * five minutes.
 */
export const DURATION_BUCKETS: readonly number[] = Object.freeze([
	1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000,
]);

/**
 * The boundaries of the histogram of the time until a stream's first chunk, in milliseconds: those of OpenTelemetry's
 * `gen_ai.server.time_to_first_token`, and three more for models that think first.
 */
export const FIRST_CHUNK_BUCKETS: readonly number[] = Object.freeze([
	1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000, 30_000, 60_000, 120_000,
]);

/** The instruments of the toolkit on one meter provider. */
export interface Instruments {
	/** `agentese.invocations`: ended invocations. */
	readonly invocations: Counter;
	/** `agentese.errors`: invocations that failed, by the class of the error. */
	readonly errors: Counter;
	/** `agentese.invoke.active`: invocations that have begun and not ended. */
	readonly active: UpDownCounter;
	/** `agentese.tokens`: model tokens. */
	readonly tokens: Counter;
	/** `agentese.stream.time_to_first_chunk`: milliseconds from the first read of a stream to its first chunk. */
	readonly firstChunk: Histogram;
	/** Undefined if each value must be passed to its instrument at once. */
	readonly preAggregation: PreAggregation | undefined;
	/** Returns a meter of this provider, even if another provider was registered later. */
	meter(scope: string): Meter;
	/**
	 * Returns `agentese.invoke.duration` with these bucket boundaries.
	 *
	 * @param buckets - boundaries in milliseconds, rising; default: `DURATION_BUCKETS`
	 */
	duration(buckets?: readonly number[]): Histogram;
	/** Returns the same histogram with what its series need to aggregate values. */
	durations(buckets?: readonly number[]): BoundHistogram;
}

/**
 * The instruments of each meter provider. A new epoch with the same provider creates nothing new, so no value is lost.
 */
const byProvider = new WeakMap<object, Instruments>();
let cached: Instruments | undefined;
let cachedEpoch = 0;

/**
 * Returns the instruments of this epoch; undefined while no meter provider is registered. They are created again for
 * each provider: in OpenTelemetry JS an instrument that was created before an SDK starts stays a no-op for ever.
 */
export function instruments(): Instruments | undefined {
	const epoch = currentEpoch();
	if (epoch !== cachedEpoch) {
		cachedEpoch = epoch;
		cached = instrumentsOf(apiRegistry()?.metrics);
	}
	return cached;
}

/** Returns the instruments of a provider, created at the first call for it. */
function instrumentsOf(provider: unknown): Instruments | undefined {
	if (provider === undefined) return undefined;
	if (typeof provider !== 'object' || provider === null) return createInstruments(metrics.getMeterProvider());
	let known = byProvider.get(provider);
	if (known === undefined) {
		known = createInstruments(metrics.getMeterProvider());
		byProvider.set(provider, known);
	}
	return known;
}

/** Creates all instruments of the toolkit on a meter provider, and starts pre-aggregation for it. */
function createInstruments(provider: MeterProvider): Instruments {
	const meterOf = (scope: string) => provider.getMeter(scope, VERSION, SCOPE_OPTIONS);
	const meter = meterOf(SCOPE);
	const histograms = new Map<readonly number[], BoundHistogram>();
	const invocations = meter.createCounter(METRIC_AGENTESE_INVOCATIONS, {
		description: 'Invocations of AGENTESE paths, by outcome.',
		unit: '{invocation}',
	});
	const errors = meter.createCounter(METRIC_AGENTESE_ERRORS, {
		description: 'Invocations of AGENTESE paths that failed, by the class of the error.',
		unit: '{error}',
	});
	const active = meter.createUpDownCounter(METRIC_AGENTESE_INVOKE_ACTIVE, {
		description: 'Invocations of AGENTESE paths that are under way.',
		unit: '{invocation}',
	});
	const on: Instruments = {
		invocations,
		errors,
		active,
		tokens: meter.createCounter(METRIC_AGENTESE_TOKENS, {
			description: 'Model tokens spent by invocations of AGENTESE paths.',
			unit: '{token}',
		}),
		firstChunk: meter.createHistogram(METRIC_AGENTESE_STREAM_TIME_TO_FIRST_CHUNK, {
			description: 'Time from the first read of a stream to its first chunk.',
			unit: 'ms',
			advice: { explicitBucketBoundaries: [...FIRST_CHUNK_BUCKETS] },
		}),
		preAggregation: startPreAggregation(meter, [invocations, errors, active]),
		meter: meterOf,
		duration: (buckets) => on.durations(buckets).histogram,
		durations(buckets = DURATION_BUCKETS) {
			let bound = histograms.get(buckets);
			if (bound === undefined) {
				// Custom boundaries have a meter of their own, see createDurationHistogram. It is collected by itself.
				const scopedMeter = buckets === DURATION_BUCKETS ? meter : meterOf(`${SCOPE}/${buckets.join()}`);
				if (scopedMeter !== meter) addMeter(on.preAggregation, scopedMeter);
				const histogram = createDurationHistogram(scopedMeter, buckets);
				bound = { histogram, boundaries: buckets, addBulk: bulkHistogram(histogram, buckets) };
				histograms.set(buckets, bound);
			}
			return bound;
		},
	};
	return on;
}

/**
 * Creates the duration histogram with these boundaries. A meter has only one histogram of a name, with the boundaries
 * of the first one that was created. So each set of custom boundaries needs a meter whose scope is named after them.
 */
function createDurationHistogram(meter: Meter, buckets: readonly number[]): Histogram {
	return meter.createHistogram(METRIC_AGENTESE_INVOKE_DURATION, {
		description: 'Duration of invocations of AGENTESE paths.',
		unit: 'ms',
		advice: { explicitBucketBoundaries: [...buckets] },
	});
}
