import type { Attributes, Counter, Histogram, UpDownCounter } from '@opentelemetry/api';
import type { AddBulk } from './bulk-histogram.js';
import type { PreAggregatedSeries, PreAggregation } from './pre-aggregation.js';

/**
 * One series of a counter, aggregated in a plain number between two collections. OpenTelemetry JS sorts and serializes
 * the labels at each `add` to find the series: with three labels an `add` takes ten times as long as with none.
 */
export class SumSeries implements PreAggregatedSeries {
	private readonly instrument: Counter | UpDownCounter;
	private readonly labels: Attributes;
	/** Decides whether values may be aggregated. */
	private readonly preAggregation: PreAggregation | undefined;
	/** True while values are added to `sum`; else each one is passed to the instrument at once. */
	private aggregating = false;
	private sum = 0;

	/** @param preAggregation - undefined: each value is passed to the instrument at once */
	constructor(instrument: Counter | UpDownCounter, labels: Attributes, preAggregation: PreAggregation | undefined) {
		this.instrument = instrument;
		this.labels = labels;
		this.preAggregation = preAggregation;
	}

	/** Counts a value. It reaches the instrument at the latest at the next collection. */
	add(value: number): void {
		if (this.aggregating) this.sum += value;
		else this.addNow(value);
	}

	/** Passes the sum to the instrument, and passes further values on directly until the next collection is over. */
	flush(): void {
		const { sum } = this;
		this.aggregating = false;
		this.sum = 0;
		if (sum !== 0) this.instrument.add(sum, this.labels);
	}

	/** Passes a value to the instrument, and starts to aggregate further ones if that is possible. */
	private addNow(value: number): void {
		this.instrument.add(value, this.labels);
		this.aggregating = this.preAggregation?.enroll(this) === true;
	}
}

/** A histogram with what all its series need to aggregate their values. */
export interface BoundHistogram {
	/** The instrument of OpenTelemetry's API. */
	readonly histogram: Histogram;
	/** The bucket boundaries, rising, in the unit of the instrument. */
	readonly boundaries: readonly number[];
	/** Adds many values at once. Undefined if each value must be recorded by itself. */
	readonly addBulk: AddBulk | undefined;
}

/**
 * One series of a histogram, aggregated in plain numbers between two collections if its instrument accepts values in
 * bulk. Else each value is recorded at once.
 */
export class HistogramSeries implements PreAggregatedSeries {
	private readonly bound: BoundHistogram;
	private readonly labels: Attributes;
	private readonly preAggregation: PreAggregation | undefined;
	/** True while values are aggregated here; else each one is recorded at once. */
	private aggregating = false;
	private count = 0;
	private sum = 0;
	private min = Number.POSITIVE_INFINITY;
	private max = Number.NEGATIVE_INFINITY;
	/** How many values fall into each bucket. */
	private readonly counts: number[];

	/** @param preAggregation - undefined: each value is recorded at once */
	constructor(bound: BoundHistogram, labels: Attributes, preAggregation: PreAggregation | undefined) {
		this.bound = bound;
		this.labels = labels;
		this.preAggregation = bound.addBulk === undefined ? undefined : preAggregation;
		this.counts = new Array<number>(bound.boundaries.length + 1).fill(0);
	}

	/** Records a value in the unit of the histogram. It reaches the instrument at the latest at the next collection. */
	record(value: number): void {
		// A value that is no duration (negative, NaN) is recorded directly, so that the SDK reports it as it always does.
		if (this.aggregating && value >= 0) this.aggregate(value);
		else this.recordNow(value);
	}

	/** Adds the aggregated values to the instrument in bulk. */
	flush(): void {
		this.aggregating = false;
		const { count, sum, min, max, counts } = this;
		if (count === 0) return;
		this.count = 0;
		this.sum = 0;
		this.min = Number.POSITIVE_INFINITY;
		this.max = Number.NEGATIVE_INFINITY;
		try {
			this.bound.addBulk?.(this.labels, { count, sum, min, max, counts });
		} finally {
			counts.fill(0);
		}
	}

	/** Records a value at the instrument, and starts to aggregate further ones if that is possible. */
	private recordNow(value: number): void {
		this.bound.histogram.record(value, this.labels);
		if (!this.aggregating) this.aggregating = this.preAggregation?.enroll(this) === true;
	}

	/** Adds a value that is not negative to the aggregated ones. */
	private aggregate(value: number): void {
		this.count += 1;
		this.sum += value;
		if (value < this.min) this.min = value;
		if (value > this.max) this.max = value;
		const { boundaries } = this.bound;
		// The search starts at the lowest bucket, because most calls are short. A boundary is part of the bucket below it.
		let at = 0;
		while (at < boundaries.length && value > (boundaries[at] as number)) at += 1;
		this.counts[at] = (this.counts[at] as number) + 1;
	}
}
