import type { Attributes, Histogram, HrTime } from '@opentelemetry/api';
import { platform } from '../runtime/platform.js';
import { hasAttributesProcessor } from './pre-aggregation.js';

/** The values of one histogram series that were aggregated between two collections, in the unit of the histogram. */
interface HistogramDelta {
	/** How many values were recorded. */
	readonly count: number;
	/** The sum of all values. */
	readonly sum: number;
	/** The smallest value. */
	readonly min: number;
	/** The largest value. */
	readonly max: number;
	/** How many values fall into each bucket. It has one item more than there are boundaries. */
	readonly counts: readonly number[];
}

/**
 * Adds a delta to the series of a histogram that has these labels, as if each of its values had been recorded.
 * Throws only if the SDK does.
 */
export type AddBulk = (labels: Attributes, delta: HistogramDelta) => void;

/**
 * The private field of the SDK's `SyncInstrument` class that is read here. It and the fields of the interfaces below
 * are the same in sdk-metrics 2.0.0, 2.12.0, 3.0.0, 3.1.0 and 3.1.1. Nothing is imported from that package, because
 * `lib/` depends on OpenTelemetry's API alone. With several readers or views the storage is a `MultiMetricStorage`, and
 * `_backingStorages` holds one for each. If a field is absent, each value is recorded by itself.
 */
interface SdkHistogram {
	readonly _writableMetricStorage?: SdkMetricStorage & { readonly _backingStorages?: readonly SdkMetricStorage[] };
}

/** The private field of the SDK's `SyncMetricStorage` that is read here. */
interface SdkMetricStorage {
	readonly _deltaMetricStorage?: Partial<DeltaMetricProcessor>;
}

/** The SDK's `DeltaMetricProcessor`: it holds the values that one storage received since its last collection. */
interface DeltaMetricProcessor {
	/** One accumulation for each set of labels. */
	readonly _activeCollectionStorage: AccumulationMap;
	readonly _aggregator: Aggregator;
	/** The number of series from which on new ones are counted in the overflow series. */
	readonly _cardinalityLimit: number;
	/** The labels of the overflow series. */
	readonly _overflowAttributes: Attributes;
}

/** The SDK's `AttributeHashMap`: a map whose keys are compared by their content. */
interface AccumulationMap {
	readonly size: number;
	get(labels: Attributes): Accumulation | undefined;
	set(labels: Attributes, accumulation: Accumulation): void;
}

/** The SDK's `HistogramAggregator`. */
interface Aggregator {
	/** The SDK's `AggregatorKind`. */
	readonly kind: unknown;
	readonly _boundaries?: readonly number[];
	createAccumulation(startTime: HrTime): Accumulation;
	merge(previous: Accumulation, delta: Accumulation): Accumulation;
}

/** The part of the SDK's `HistogramAccumulation` that its aggregator calls when it merges two. */
interface Accumulation {
	toPointValue(): {
		readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
		readonly count: number;
		readonly sum: number;
		readonly min: number;
		readonly max: number;
	};
}

/** The value of the SDK's `AggregatorKind.HISTOGRAM`, an enum that it does not export. */
const EXPLICIT_BUCKETS = 3;

/**
 * Returns a function that adds many values to a histogram of the SDK at once. It puts them into the SDK's own storage,
 * merged by the SDK's own aggregator, in the way in which the SDK merges the values of several collections.
 * OpenTelemetry's API has no operation for this: it can only record one value at a time.
 *
 * @param histogram - a histogram of any meter provider
 * @param boundaries - the bucket boundaries that the histogram was created with, rising
 * @returns undefined if each value must be recorded by itself: the SDK has other private fields than those above, or a
 *   view or a reader changes the buckets or the aggregation. Never throws.
 */
export function bulkHistogram(histogram: Histogram, boundaries: readonly number[]): AddBulk | undefined {
	const { _writableMetricStorage: storage } = histogram as SdkHistogram;
	if (storage === undefined || hasAttributesProcessor(histogram)) return undefined;
	const processors: DeltaMetricProcessor[] = [];
	for (const backing of storage._backingStorages ?? [storage]) {
		if (!isSupported(backing._deltaMetricStorage, boundaries)) return undefined;
		processors.push(backing._deltaMetricStorage);
	}
	return (labels, delta) => {
		for (const processor of processors) mergeDelta(processor, labels, delta, boundaries);
	};
}

/**
 * Returns true if the processor has all fields that `mergeDelta` uses, and its parts work as expected. They are tried
 * with values that reach no reader.
 */
function isSupported(
	processor: Partial<DeltaMetricProcessor> | undefined,
	boundaries: readonly number[],
): processor is DeltaMetricProcessor {
	const { _activeCollectionStorage: active, _aggregator: aggregator, _overflowAttributes: overflow } = processor ?? {};
	if (typeof processor?._cardinalityLimit !== 'number' || typeof overflow !== 'object') return false;
	if (aggregator?.kind !== EXPLICIT_BUCKETS || String(aggregator._boundaries) !== String(boundaries)) return false;
	try {
		return typeof active?.size === 'number' && mergesCorrectly(aggregator, boundaries) && looksUpCorrectly(active);
	} catch {
		return false;
	}
}

/** Returns true if the aggregator adds one delta twice correctly: doubled count, sum and buckets, the same extremes. */
function mergesCorrectly(aggregator: Aggregator, boundaries: readonly number[]): boolean {
	const counts = Array.from({ length: boundaries.length + 1 }, (_, at) => at + 1);
	const delta = { count: 9, sum: 8, min: 2, max: 7, counts };
	const once = aggregator.merge(aggregator.createAccumulation([1, 2]), toAccumulation(delta, boundaries));
	const { count, sum, min, max, buckets } = aggregator.merge(once, toAccumulation(delta, boundaries)).toPointValue();
	return (
		[count, sum, min, max, buckets.counts].join() === [18, 16, 2, 7, counts.map((inBucket) => 2 * inBucket)].join()
	);
}

/** Returns true if a map of this class finds labels whatever their order, and finds no labels that it does not hold. */
function looksUpCorrectly(accumulations: AccumulationMap): boolean {
	const copy = new (accumulations.constructor as new () => AccumulationMap)();
	const stored: Accumulation = toAccumulation({ count: 0, sum: 0, min: 0, max: 0, counts: [] }, []);
	copy.set({ a: 'b', c: 'd' }, stored);
	return copy.get({ c: 'd', a: 'b' }) === stored && copy.get({ a: 'b' }) === undefined && copy.size === 1;
}

/**
 * Adds a delta as the SDK's `DeltaMetricProcessor.record()` adds one value: a new series beyond the cardinality limit
 * is counted in the overflow series.
 */
function mergeDelta(
	processor: DeltaMetricProcessor,
	labels: Attributes,
	delta: HistogramDelta,
	boundaries: readonly number[],
): void {
	const { _activeCollectionStorage: active, _aggregator: aggregator } = processor;
	const known = active.get(labels);
	const key =
		known === undefined && active.size >= processor._cardinalityLimit ? processor._overflowAttributes : labels;
	const before = known ?? active.get(key) ?? aggregator.createAccumulation(msToHrTime(platform.dateNow()));
	active.set(key, aggregator.merge(before, toAccumulation(delta, boundaries)));
}

/** Returns a delta in the form that the SDK's aggregator merges. */
function toAccumulation({ count, sum, min, max, counts }: HistogramDelta, boundaries: readonly number[]): Accumulation {
	const value = { buckets: { boundaries, counts }, count, sum, min, max, hasMinMax: true };
	return { toPointValue: () => value };
}

/** Converts milliseconds since 1970 to seconds and nanoseconds. */
function msToHrTime(ms: number): HrTime {
	return [Math.trunc(ms / 1000), (ms % 1000) * 1e6];
}
