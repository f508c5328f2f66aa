import type { Attributes, Histogram, HrTime } from '@opentelemetry/api';
import { looksAtCalls } from './pre-aggregation.js';

/** Values of a histogram that were gathered between two readings. */
export interface Gathered {
	readonly count: number;
	readonly sum: number;
	readonly min: number;
	readonly max: number;
	/** How many lie in each bucket, one more than there are boundaries. */
	readonly counts: readonly number[];
}

/** Adds gathered values to a histogram as if each had been recorded. */
export type AddBulk = (labels: Attributes, gathered: Gathered) => void;

/** What is reached of the SDK's insides: those of sdk-metrics 2.0.0, 2.12.0, 3.0.0, 3.1.0 and 3.1.1, of which nothing is imported. */
interface Insides {
	readonly _writableMetricStorage?: Storage & { readonly _backingStorages?: readonly Storage[] };
}

interface Storage {
	readonly _deltaMetricStorage?: Partial<Processor>;
}

/** Where an instrument's values lie between two readings of one storage. */
interface Processor {
	readonly _activeCollectionStorage: Accumulations;
	readonly _aggregator: Aggregator;
	readonly _cardinalityLimit: number;
	readonly _overflowAttributes: Attributes;
}

interface Accumulations {
	readonly size: number;
	get(labels: Attributes): Accumulation | undefined;
	set(labels: Attributes, accumulation: Accumulation): void;
}

interface Aggregator {
	readonly kind: unknown;
	readonly _boundaries?: readonly number[];
	createAccumulation(startTime: HrTime): Accumulation;
	merge(previous: Accumulation, delta: Accumulation): Accumulation;
}

interface Accumulation {
	toPointValue(): {
		readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
		readonly count: number;
		readonly sum: number;
		readonly min: number;
		readonly max: number;
	};
}

/** The SDK's own `AggregatorKind.HISTOGRAM`, which it does not export. */
const EXPLICIT_BUCKETS = 3;

/**
 * How a histogram of the SDK takes the values that were gathered between two readings: in the SDK's own storage, merged by
 * its own aggregator as it merges what several readings left. OpenTelemetry's API has no way to say them.
 *
 * @returns undefined where the SDK is built otherwise than these, or a view or a reader makes something else of
 * the histogram than these buckets: then each value has to be recorded
 */
export function bulkHistogram(histogram: Histogram, boundaries: readonly number[]): AddBulk | undefined {
	const { _writableMetricStorage: storage } = histogram as Insides;
	if (storage === undefined || looksAtCalls(histogram)) return undefined;
	const processors: Processor[] = [];
	for (const one of storage._backingStorages ?? [storage]) {
		if (!fits(one._deltaMetricStorage, boundaries)) return undefined;
		processors.push(one._deltaMetricStorage);
	}
	return (labels, gathered) => {
		for (const processor of processors) add(processor, labels, gathered, boundaries);
	};
}

/** Whether the storage is what it looks like: its parts are there, and do with values that reach no reader what they should. */
function fits(processor: Partial<Processor> | undefined, boundaries: readonly number[]): processor is Processor {
	const { _activeCollectionStorage: active, _aggregator: aggregator, _overflowAttributes: overflow } = processor ?? {};
	if (typeof processor?._cardinalityLimit !== 'number' || typeof overflow !== 'object') return false;
	if (aggregator?.kind !== EXPLICIT_BUCKETS || String(aggregator._boundaries) !== String(boundaries)) return false;
	try {
		return typeof active?.size === 'number' && merges(aggregator, boundaries) && finds(active);
	} catch {
		return false;
	}
}

function merges(aggregator: Aggregator, boundaries: readonly number[]): boolean {
	const counts = Array.from({ length: boundaries.length + 1 }, (_, at) => at + 1);
	const gathered = { count: 9, sum: 8, min: 2, max: 7, counts };
	const once = aggregator.merge(aggregator.createAccumulation([1, 2]), accumulated(gathered, boundaries));
	const { count, sum, min, max, buckets } = aggregator.merge(once, accumulated(gathered, boundaries)).toPointValue();
	return [count, sum, min, max, buckets.counts].join() === [18, 16, 2, 7, counts.map((one) => 2 * one)].join();
}

function finds(accumulations: Accumulations): boolean {
	const others = new (accumulations.constructor as new () => Accumulations)();
	const found: Accumulation = accumulated({ count: 0, sum: 0, min: 0, max: 0, counts: [] }, []);
	others.set({ a: 'b', c: 'd' }, found);
	return others.get({ c: 'd', a: 'b' }) === found && others.get({ a: 'b' }) === undefined && others.size === 1;
}

/** As the SDK's own `DeltaMetricProcessor.record()` does with one value: a series too many counts in the overflow. */
function add(processor: Processor, labels: Attributes, gathered: Gathered, boundaries: readonly number[]): void {
	const { _activeCollectionStorage: active, _aggregator: aggregator } = processor;
	const known = active.get(labels);
	const key =
		known === undefined && active.size >= processor._cardinalityLimit ? processor._overflowAttributes : labels;
	const before = known ?? active.get(key) ?? aggregator.createAccumulation(hrTime(Date.now()));
	active.set(key, aggregator.merge(before, accumulated(gathered, boundaries)));
}

function accumulated({ count, sum, min, max, counts }: Gathered, boundaries: readonly number[]): Accumulation {
	const value = { buckets: { boundaries, counts }, count, sum, min, max, hasMinMax: true };
	return { toPointValue: () => value };
}

function hrTime(ms: number): HrTime {
	return [Math.trunc(ms / 1000), (ms % 1000) * 1e6];
}
