import type { Attributes } from '@opentelemetry/api';
import type { OutcomeKind } from '../invocation/advice.js';
import { ATTR_AGENTESE_CONTEXT, ATTR_AGENTESE_OUTCOME, ATTR_ERROR_TYPE } from '../runtime/names.generated.js';
import type { Instruments } from './instruments.js';
import { bounded } from './labels.js';
import { HistogramSeries, SumSeries } from './series.js';

/**
 * How many sets of declared label values of one method are kept and pre-aggregated; further ones are counted directly.
 * It is the number of series that the SDK keeps of one metric.
 */
const MAX_DECLARED_SERIES = 2000;

/** The series of each method, by its labels, buckets and declared label names. */
const byInstruments = new WeakMap<Instruments, Map<string, MethodSeries>>();

/**
 * Returns the series of a method: one object for all join points with these labels, however many epochs, classes and
 * traced blocks have that path. So there are never more series than `bounded` admits values of labels.
 *
 * @param labels - the labels of the method, frozen
 * @param buckets - custom boundaries of the duration histogram in milliseconds
 * @param declared - the names of the labels that the options declare, joined
 */
export function seriesOf(
	instruments: Instruments,
	labels: Attributes,
	buckets: readonly number[] | undefined,
	declared: string,
): MethodSeries {
	let known = byInstruments.get(instruments);
	if (known === undefined) {
		known = new Map();
		byInstruments.set(instruments, known);
	}
	const key = [...Object.values(labels), buckets, declared].join('\u0000');
	let series = known.get(key);
	if (series === undefined) {
		series = new MethodSeries(instruments, labels, buckets);
		known.set(key, series);
	}
	return series;
}

/**
 * The series of one method under one meter provider. They are kept, so that no call has to find them by their labels.
 */
export class MethodSeries {
	readonly instruments: Instruments;
	/** The series of `agentese.invoke.active`. */
	readonly active: SumSeries;
	private readonly labels: Attributes;
	private readonly buckets: readonly number[] | undefined;
	private readonly byOutcome: Partial<Record<OutcomeKind, OutcomeSeries>> = {};
	/** The series of `agentese.errors`, by `error.type`. */
	private readonly errors = new Map<string, SumSeries>();
	/** By outcome and values of the declared labels. */
	private readonly byDeclaredLabels = new Map<string, OutcomeSeries>();

	constructor(instruments: Instruments, labels: Attributes, buckets: readonly number[] | undefined) {
		this.instruments = instruments;
		this.labels = labels;
		this.buckets = buckets;
		this.active = new SumSeries(instruments.active, labels, instruments.preAggregation);
	}

	/** Returns the series of calls that ended with this outcome. */
	forOutcome(kind: OutcomeKind): OutcomeSeries {
		this.byOutcome[kind] ??= this.make(kind);
		return this.byOutcome[kind];
	}

	/** Returns the same with the values of the labels that the options declare. */
	forOutcomeWith(kind: OutcomeKind, more: Readonly<Record<string, string>>): OutcomeSeries {
		let key: string = kind;
		for (const name in more) key += `\u0000${more[name]}`;
		let series = this.byDeclaredLabels.get(key);
		if (series === undefined) {
			const aggregates = this.byDeclaredLabels.size < MAX_DECLARED_SERIES;
			series = this.make(kind, more, aggregates);
			if (aggregates) this.byDeclaredLabels.set(key, series);
		}
		return series;
	}

	/**
	 * Returns the series of `agentese.errors`.
	 *
	 * @param errorType - `error.type` of a call that failed
	 */
	forError(errorType: string): SumSeries {
		const type = bounded(ATTR_ERROR_TYPE, errorType);
		let series = this.errors.get(type);
		if (series === undefined) {
			const { [ATTR_AGENTESE_CONTEXT]: _, ...method } = this.labels;
			const labels = Object.freeze({ ...method, [ATTR_ERROR_TYPE]: type });
			series = new SumSeries(this.instruments.errors, labels, this.instruments.preAggregation);
			this.errors.set(type, series);
		}
		return series;
	}

	/** Creates the series of `agentese.invocations` at 0. */
	declare(kind: OutcomeKind, more?: Attributes): void {
		this.instruments.invocations.add(0, this.labelsFor(kind, more));
	}

	private labelsFor(kind: OutcomeKind, more?: Attributes): Attributes {
		return Object.freeze({ ...this.labels, [ATTR_AGENTESE_OUTCOME]: kind, ...more });
	}

	/** @param aggregates - false: each value is passed to its instrument at once */
	private make(kind: OutcomeKind, more?: Attributes, aggregates = true): OutcomeSeries {
		return new OutcomeSeries(this.instruments, this.labelsFor(kind, more), this.buckets, aggregates);
	}
}

/** The series of those calls of a method that ended with one outcome. */
export class OutcomeSeries {
	/** The labels of the method, the outcome and the declared labels; frozen. */
	readonly labels: Attributes;
	/** The series of `agentese.invoke.duration`, in milliseconds. */
	readonly duration: HistogramSeries;
	/** The series of `agentese.invocations`. */
	readonly count: SumSeries;

	/** @param aggregates - false: each value is passed to its instrument at once */
	constructor(
		instruments: Instruments,
		labels: Attributes,
		buckets: readonly number[] | undefined,
		aggregates: boolean,
	) {
		this.labels = labels;
		const preAggregation = aggregates ? instruments.preAggregation : undefined;
		this.duration = new HistogramSeries(instruments.durations(buckets), labels, preAggregation);
		this.count = new SumSeries(instruments.invocations, labels, preAggregation);
	}
}
