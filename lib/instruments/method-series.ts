import type { Attributes } from '@opentelemetry/api';
import type { OutcomeKind } from '../invocation/advice.js';
import type { Instruments } from './instruments.js';
import { bounded } from './labels.js';
import { HistogramSeries, SumSeries } from './series.js';

/** More sets of declared values than this are not gathered: it is as many series as the SDK keeps of one metric. */
const MAX_DECLARED = 2000;

const byInstruments = new WeakMap<Instruments, Map<string, MethodSeries>>();

/**
 * The series of a method: one object for all that have these labels, however many epochs, classes and blocks make a
 * method of that path, so that there are never more of them than the guard lets labels through.
 *
 * @param declared - the names of the labels that the options declare
 */
export function seriesOf(
	on: Instruments,
	labels: Attributes,
	buckets: readonly number[] | undefined,
	declared: string,
): MethodSeries {
	let known = byInstruments.get(on);
	if (known === undefined) {
		known = new Map();
		byInstruments.set(on, known);
	}
	const key = [...Object.values(labels), buckets, declared].join('\u0000');
	let found = known.get(key);
	if (found === undefined) {
		found = new MethodSeries(on, labels, buckets);
		known.set(key, found);
	}
	return found;
}

/** The series of one method under one meter provider: found once, and not at each call by their labels. */
export class MethodSeries {
	readonly on: Instruments;
	readonly active: SumSeries;
	private readonly labels: Attributes;
	private readonly buckets: readonly number[] | undefined;
	private readonly ended: Partial<Record<OutcomeKind, OutcomeSeries>> = {};
	private readonly declared = new Map<string, OutcomeSeries>();

	constructor(on: Instruments, labels: Attributes, buckets: readonly number[] | undefined) {
		this.on = on;
		this.labels = labels;
		this.buckets = buckets;
		this.active = new SumSeries(on.active, labels, on.ledger);
	}

	/** The series of calls that ended like this. */
	end(kind: OutcomeKind): OutcomeSeries {
		this.ended[kind] ??= this.make(kind);
		return this.ended[kind];
	}

	/** The same, with labels that the options declare. */
	endWith(kind: OutcomeKind, more: Readonly<Record<string, string>>): OutcomeSeries {
		let key: string = kind;
		for (const name in more) key += `\u0000${more[name]}`;
		let found = this.declared.get(key);
		if (found === undefined) {
			const gathers = this.declared.size < MAX_DECLARED;
			found = this.make(kind, more, gathers);
			if (gathers) this.declared.set(key, found);
		}
		return found;
	}

	private make(kind: OutcomeKind, more?: Attributes, gathers = true): OutcomeSeries {
		const labels = Object.freeze({ ...this.labels, 'agentese.outcome': kind, ...more });
		return new OutcomeSeries(this.on, labels, this.buckets, gathers);
	}
}

/** The series of those calls of a method that ended in one way. */
export class OutcomeSeries {
	readonly labels: Attributes;
	readonly duration: HistogramSeries;
	private readonly on: Instruments;
	private readonly ledger: Instruments['ledger'];
	private readonly all: SumSeries;
	private readonly failed = new Map<string, SumSeries>();

	constructor(on: Instruments, labels: Attributes, buckets: readonly number[] | undefined, gathers: boolean) {
		this.on = on;
		this.labels = labels;
		this.ledger = gathers ? on.ledger : undefined;
		this.duration = new HistogramSeries(on.durations(buckets), labels, this.ledger);
		this.all = new SumSeries(on.invocations, labels, this.ledger);
	}

	/** The counter, by `error.type` where they failed. */
	count(errorType: string | undefined): SumSeries {
		if (errorType === undefined) return this.all;
		const type = bounded('error.type', errorType);
		let found = this.failed.get(type);
		if (found === undefined) {
			found = new SumSeries(this.on.invocations, Object.freeze({ ...this.labels, 'error.type': type }), this.ledger);
			this.failed.set(type, found);
		}
		return found;
	}
}
