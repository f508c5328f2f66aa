import { afterEach, describe, expect, it } from '@jest/globals';
import { createNoopMeter, type Histogram, metrics } from '@opentelemetry/api';
import {
	AggregationType,
	type DataPoint,
	type Histogram as HistogramValue,
	MetricReader,
	type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { bulkHistogram } from '../../../lib/instruments/bulk-histogram.js';
import { PullReader, provider } from './twins.js';

const BOUNDARIES = [1, 10, 100];

interface Merging {
	readonly _deltaMetricStorage: { readonly _aggregator: { merge: (previous: object) => object } };
}

afterEach(() => metrics.disable());

function made(readers: readonly MetricReader[], views: readonly ViewOptions[] = []): Histogram {
	const meter = provider(readers, views).getMeter('test');
	return meter.createHistogram('duration', { advice: { explicitBucketBoundaries: BOUNDARIES } });
}

class Exponential extends MetricReader {
	constructor() {
		super({ aggregationSelector: () => ({ type: AggregationType.EXPONENTIAL_HISTOGRAM }) });
	}
	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

const view = (aggregation: NonNullable<ViewOptions['aggregation']>): ViewOptions[] => [
	{ instrumentName: 'duration', aggregation },
];
const buckets = (boundaries: number[]) =>
	view({ type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries } });

describe('aggregated values', () => {
	const DELTA = { count: 3, sum: 512, min: 2, max: 500, counts: [0, 2, 0, 1] };

	it.each([
		['by the advice of the instrument', []],
		['by a view', buckets(BOUNDARIES)],
	])('are added in bulk if the buckets are these %s, for each reader', async (_by, views) => {
		const readers = [new PullReader(), new PullReader('delta')];
		const histogram = made(readers, views);
		const add = bulkHistogram(histogram, BOUNDARIES);
		histogram.record(0.5, { a: 'b' });
		add?.({ a: 'b' }, DELTA);
		const readings = await Promise.all(readers.map((one) => one.read()));
		const values = readings.flatMap(({ scopeMetrics }) =>
			scopeMetrics.flatMap(({ metrics: all }) =>
				all.flatMap(({ dataPoints }) =>
					(dataPoints as DataPoint<HistogramValue>[]).map(({ attributes, value }) => ({ attributes, value })),
				),
			),
		);
		const value = {
			buckets: { boundaries: BOUNDARIES, counts: [1, 2, 0, 1] },
			count: 4,
			sum: 512.5,
			min: 0.5,
			max: 500,
		};
		expect(values).toEqual([
			{ attributes: { a: 'b' }, value },
			{ attributes: { a: 'b' }, value },
		]);
	});

	it('are added in bulk without a reader', () => {
		expect(bulkHistogram(made([]), BOUNDARIES)).toBeInstanceOf(Function);
	});
});

it.each<[string, () => Histogram]>([
	['a view has other boundaries', () => made([new PullReader()], buckets([1, 10]))],
	[
		'one of two views changes its buckets',
		() => made([new PullReader()], [...buckets(BOUNDARIES), ...buckets([5]).map((one) => ({ ...one, name: 'other' }))]),
	],
	['a view drops it', () => made([new PullReader()], view({ type: AggregationType.DROP }))],
	['a view sums it', () => made([new PullReader()], view({ type: AggregationType.SUM }))],
	['one of two readers has exponential buckets', () => made([new PullReader(), new Exponential()])],
	[
		'a view has an attributes processor',
		() =>
			made(
				[new PullReader()],
				[{ instrumentName: 'duration', attributesProcessors: [{ process: (labels) => labels }] }],
			),
	],
	['it is not the SDK', () => createNoopMeter().createHistogram('duration')],
	[
		'the SDK has other private fields',
		() => ({ record: () => undefined, _writableMetricStorage: { series: [] } }) as Histogram,
	],
	[
		'the aggregator of the SDK merges in another way',
		() => {
			const histogram = made([new PullReader()]);
			const storage = (histogram as { _writableMetricStorage?: Merging })._writableMetricStorage;
			if (storage !== undefined) storage._deltaMetricStorage._aggregator.merge = (previous) => previous;
			return histogram;
		},
	],
])('each value is recorded by itself if %s', (_why, histogram) => {
	expect(bulkHistogram(histogram(), BOUNDARIES)).toBeUndefined();
});
