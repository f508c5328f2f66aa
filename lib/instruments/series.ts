import type { Attributes, Counter, Histogram, UpDownCounter } from '@opentelemetry/api';
import type { AddBulk } from './bulk-histogram.js';
import type { Held, PreAggregation } from './pre-aggregation.js';

/**
 * One series of a counter, gathered in a plain number between two readings. OpenTelemetry JS sorts and writes out the
 * labels at each `add` to find the series: with three of them that takes ten times as long as with none.
 */
export class SumSeries implements Held {
	private readonly instrument: Counter | UpDownCounter;
	private readonly labels: Attributes;
	private readonly ledger: PreAggregation | undefined;
	private held = false;
	private sum = 0;

	constructor(instrument: Counter | UpDownCounter, labels: Attributes, ledger: PreAggregation | undefined) {
		this.instrument = instrument;
		this.labels = labels;
		this.ledger = ledger;
	}

	add(value: number): void {
		if (this.held) this.sum += value;
		else this.pass(value);
	}

	handOver(): void {
		const { sum } = this;
		this.held = false;
		this.sum = 0;
		if (sum !== 0) this.instrument.add(sum, this.labels);
	}

	private pass(value: number): void {
		this.instrument.add(value, this.labels);
		this.held = this.ledger?.holds(this) === true;
	}
}

/** What the cells of one histogram have in common. */
export interface BoundHistogram {
	readonly histogram: Histogram;
	readonly boundaries: readonly number[];
	/** Undefined where each value has to be recorded by itself. */
	readonly addWhole: AddBulk | undefined;
}

/** One series of a histogram, gathered in plain numbers between two readings where its instrument takes them whole. */
export class HistogramSeries implements Held {
	private readonly of: BoundHistogram;
	private readonly labels: Attributes;
	private readonly ledger: PreAggregation | undefined;
	private held = false;
	private count = 0;
	private sum = 0;
	private min = Number.POSITIVE_INFINITY;
	private max = Number.NEGATIVE_INFINITY;
	private readonly counts: number[];

	constructor(of: BoundHistogram, labels: Attributes, ledger: PreAggregation | undefined) {
		this.of = of;
		this.labels = labels;
		this.ledger = of.addWhole === undefined ? undefined : ledger;
		this.counts = new Array<number>(of.boundaries.length + 1).fill(0);
	}

	record(value: number): void {
		// What is no duration goes past, so that the SDK says of it what it always says.
		if (this.held && value >= 0) this.gather(value);
		else this.pass(value);
	}

	handOver(): void {
		this.held = false;
		const { count, sum, min, max, counts } = this;
		if (count === 0) return;
		this.count = 0;
		this.sum = 0;
		this.min = Number.POSITIVE_INFINITY;
		this.max = Number.NEGATIVE_INFINITY;
		try {
			this.of.addWhole?.(this.labels, { count, sum, min, max, counts });
		} finally {
			counts.fill(0);
		}
	}

	private pass(value: number): void {
		this.of.histogram.record(value, this.labels);
		if (!this.held) this.held = this.ledger?.holds(this) === true;
	}

	private gather(value: number): void {
		this.count += 1;
		this.sum += value;
		if (value < this.min) this.min = value;
		if (value > this.max) this.max = value;
		const { boundaries } = this.of;
		// From below: most calls are short. A boundary belongs to the bucket that it closes.
		let at = 0;
		while (at < boundaries.length && value > (boundaries[at] as number)) at += 1;
		this.counts[at] = (this.counts[at] as number) + 1;
	}
}
