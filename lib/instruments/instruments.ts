import {
	type Counter,
	type Histogram,
	type Meter,
	type MeterProvider,
	metrics,
	type UpDownCounter,
} from '@opentelemetry/api';
import { registered } from '../runtime/active-context.js';
import { currentEpoch } from '../runtime/epoch.js';
import { SCOPE, VERSION } from '../runtime/version.js';
import { bulkHistogram } from './bulk-histogram.js';
import { addCollector, type PreAggregation, startPreAggregation } from './pre-aggregation.js';
import type { BoundHistogram } from './series.js';

/** Milliseconds, from a cached look-up to an agent that thinks for five minutes. */
export const DURATION_BUCKETS: readonly number[] = Object.freeze([
	1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000,
]);

/**
 * Milliseconds until a stream's first chunk: those of OpenTelemetry's `gen_ai.server.time_to_first_token`, and three more
 * for models that think first.
 */
export const FIRST_CHUNK_BUCKETS: readonly number[] = Object.freeze([
	1, 5, 10, 20, 40, 60, 80, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000, 30_000, 60_000, 120_000,
]);

/** The instruments of the toolkit on one meter provider. */
export interface Instruments {
	readonly invocations: Counter;
	readonly active: UpDownCounter;
	readonly tokens: Counter;
	readonly firstChunk: Histogram;
	/** Undefined where nothing may be held back. */
	readonly ledger: PreAggregation | undefined;
	/** A meter of this provider, also when another one is registered by now. */
	meter(scope: string): Meter;
	/** The duration histogram with these boundaries. */
	duration(buckets?: readonly number[]): Histogram;
	/** The same, and how it takes gathered values. */
	durations(buckets?: readonly number[]): BoundHistogram;
}

/** By meter provider: a new epoch alone makes nothing anew, for what is gathered belongs to the provider. */
const byProvider = new WeakMap<object, Instruments>();
let made: Instruments | undefined;
let madeIn = 0;

/**
 * The instruments of this epoch; undefined while no meter provider is registered. They are made anew for each provider:
 * an instrument made before an SDK starts is a no-op for ever in OpenTelemetry JS.
 */
export function instruments(): Instruments | undefined {
	const epoch = currentEpoch();
	if (epoch !== madeIn) {
		madeIn = epoch;
		made = instrumentsOf(registered()?.metrics);
	}
	return made;
}

function instrumentsOf(provider: unknown): Instruments | undefined {
	if (provider === undefined) return undefined;
	if (typeof provider !== 'object' || provider === null) return make(metrics.getMeterProvider());
	let found = byProvider.get(provider);
	if (found === undefined) {
		found = make(metrics.getMeterProvider());
		byProvider.set(provider, found);
	}
	return found;
}

function make(provider: MeterProvider): Instruments {
	const meterOf = (scope: string) => provider.getMeter(scope, VERSION);
	const meter = meterOf(SCOPE);
	const histograms = new Map<readonly number[], BoundHistogram>();
	const invocations = meter.createCounter('agentese.invocations', {
		description: 'Invocations of AGENTESE paths, by outcome.',
		unit: '{invocation}',
	});
	const active = meter.createUpDownCounter('agentese.active_invocations', {
		description: 'Invocations of AGENTESE paths that are under way.',
		unit: '{invocation}',
	});
	const on: Instruments = {
		invocations,
		active,
		tokens: meter.createCounter('agentese.tokens', {
			description: 'Model tokens spent by invocations of AGENTESE paths.',
			unit: '{token}',
		}),
		firstChunk: meter.createHistogram('agentese.stream.first_chunk', {
			description: 'Time from the first read of a stream to its first chunk.',
			unit: 'ms',
			advice: { explicitBucketBoundaries: [...FIRST_CHUNK_BUCKETS] },
		}),
		ledger: startPreAggregation(meter, [invocations, active]),
		meter: meterOf,
		duration: (buckets) => on.durations(buckets).histogram,
		durations(buckets = DURATION_BUCKETS) {
			let found = histograms.get(buckets);
			if (found === undefined) {
				const own = buckets === DURATION_BUCKETS ? meter : meterOf(`${SCOPE}/${buckets.join()}`);
				if (own !== meter) addCollector(on.ledger, own);
				const histogram = makeDuration(own, buckets);
				found = { histogram, boundaries: buckets, addWhole: bulkHistogram(histogram, buckets) };
				histograms.set(buckets, found);
			}
			return found;
		},
	};
	return on;
}

/**
 * One meter has one histogram of a name, and the boundaries of the first one hold. So boundaries of one's own have a
 * scope of their own, named after them.
 */
function makeDuration(meter: Meter, buckets: readonly number[]): Histogram {
	return meter.createHistogram('agentese.invoke.duration', {
		description: 'Duration of invocations of AGENTESE paths.',
		unit: 'ms',
		advice: { explicitBucketBoundaries: [...buckets] },
	});
}
