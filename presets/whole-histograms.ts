import type { Attributes, Histogram, HrTime } from '@opentelemetry/api';
import { looksAtCalls } from '../lib/metering/ledger.js';
import { type AddWhole, type Gathered, takeWhole } from '../lib/metering/whole.js';

/** What is reached of the SDK's insides (sdk-metrics 3.0.0, pinned exactly). */
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
	merge(previous: Accumulation, delta: { toPointValue(): unknown }): Accumulation;
}

type Accumulation = object;

/** The SDK's own `AggregatorKind.HISTOGRAM`, which it does not export. */
const EXPLICIT_BUCKETS = 3;

/**
 * Lets the toolkit's histograms take what was gathered between two readings: in the SDK's own storage, merged by its own
 * aggregator as it merges what several readings left.
 */
export function takeHistogramsWhole(): void {
	takeWhole(wholeHistogram);
}

/**
 * How a histogram of the SDK takes gathered values.
 *
 * @returns undefined where the SDK is built otherwise than the pinned one, or a view or a reader makes something else of
 * the histogram than these buckets: then each value has to be recorded
 */
export function wholeHistogram(histogram: Histogram, boundaries: readonly number[]): AddWhole | undefined {
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

function fits(processor: Partial<Processor> | undefined, boundaries: readonly number[]): processor is Processor {
	const { _activeCollectionStorage: active, _aggregator: aggregator } = processor ?? {};
	return (
		typeof active?.get === 'function' &&
		typeof active.set === 'function' &&
		typeof active.size === 'number' &&
		aggregator?.kind === EXPLICIT_BUCKETS &&
		typeof aggregator.merge === 'function' &&
		typeof aggregator.createAccumulation === 'function' &&
		String(aggregator._boundaries) === String(boundaries) &&
		typeof processor?._cardinalityLimit === 'number' &&
		typeof processor._overflowAttributes === 'object'
	);
}

/** As the SDK's own `DeltaMetricProcessor.record()` does with one value: a series too many counts in the overflow. */
function add(processor: Processor, labels: Attributes, gathered: Gathered, boundaries: readonly number[]): void {
	const { _activeCollectionStorage: active, _aggregator: aggregator } = processor;
	const known = active.get(labels);
	const key =
		known === undefined && active.size >= processor._cardinalityLimit ? processor._overflowAttributes : labels;
	const before = known ?? active.get(key) ?? aggregator.createAccumulation(hrTime(Date.now()));
	const { count, sum, min, max, counts } = gathered;
	const value = { buckets: { boundaries, counts }, count, sum, min, max, hasMinMax: true };
	active.set(key, aggregator.merge(before, { toPointValue: () => value }));
}

function hrTime(ms: number): HrTime {
	return [Math.trunc(ms / 1000), (ms % 1000) * 1e6];
}
