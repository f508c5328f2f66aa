import { type Instruments, instruments } from '../../instruments/instruments.js';
import { pointLabels } from '../../instruments/labels.js';
import { type MethodSeries, type OutcomeSeries, seriesOf } from '../../instruments/method-series.js';
import type { Advice, JoinPointFacts, LiveInvocation, Outcome } from '../../invocation/advice.js';
import type { Callable } from '../../invocation/callable.js';
import { metricsOn } from '../../runtime/epoch.js';
import { recordGenaiDuration } from '../genai/duration.js';
import { declaredAttributes } from './declared-attributes.js';
import type { MeteredOptions } from './options.js';

/** The outcomes whose series exist before the first call. */
const VERDICTS = ['ok', 'error'] as const;

/** How many sets of values of the declared attributes of one method exist before the first call. */
const MAX_DECLARED_SETS = 20;

/**
 * Returns the sets of values that the declared attributes may have, at most 20; undefined stands for a method that
 * declares none. Without `_OTHER`, which is no value that a method expects.
 */
function combinations(
	declared: MeteredOptions<Callable, unknown>['attributes'],
): (Readonly<Record<string, string>> | undefined)[] {
	if (declared === undefined) return [undefined];
	let sets: Record<string, string>[] = [{}];
	for (const [key, { values }] of Object.entries(declared)) {
		sets = sets.flatMap((set) => values.map((value) => ({ ...set, [key]: value }))).slice(0, MAX_DECLARED_SETS);
	}
	return sets;
}

/**
 * The advice of `@Metered`: counts and times every invocation, whether its span is sampled or not. The series that
 * counted a call as active also counts its end, even if the meter provider changes meanwhile.
 */
export class MeterAdvice implements Advice<MethodSeries | undefined> {
	private readonly options: MeteredOptions<Callable, unknown>;
	private readonly point: JoinPointFacts;
	/** Whether `agentese.invoke.active` is counted. */
	private readonly countsActive: boolean;
	/** Created at the first call: a method that is never called uses up no values of labels. */
	private series: MethodSeries | undefined;
	/** Streams are measured, for the time until their first chunk. */
	readonly streams = true;
	/** Constant, because an advice exists for one epoch only. */
	readonly timed = metricsOn();

	constructor(options: MeteredOptions<Callable, unknown>, point: JoinPointFacts) {
		this.options = options;
		this.point = point;
		this.countsActive = options.active !== false;
	}

	/** True while no meter provider is registered. */
	idle(): boolean {
		return !metricsOn();
	}

	/** Counts the call as active; returns the series that `leave` must use, undefined without a meter provider. */
	enter(): MethodSeries | undefined {
		const current = instruments();
		if (current === undefined) return undefined;
		let { series } = this;
		if (series?.instruments !== current) {
			series = this.seriesUnder(current);
			this.series = series;
		}
		if (this.countsActive) series.active.add(1);
		return series;
	}

	/**
	 * Counts the end of the call, and records its duration and the time until the first chunk of a stream, both in
	 * milliseconds.
	 *
	 * @param series - what `enter` returned
	 */
	leave(invocation: LiveInvocation, outcome: Outcome, series: MethodSeries | undefined): void {
		if (series === undefined) return;
		if (this.countsActive) series.active.add(-1);
		const ended = this.outcomeSeries(invocation, outcome, series);
		// The end of an abandoned result was not seen, so its duration is not known.
		if (outcome.endedAt === undefined) {
			ended.duration.record(outcome.duration);
			recordGenaiDuration(series.instruments, invocation, outcome);
		}
		const firstChunk = outcome.streamed?.firstChunk;
		if (firstChunk !== undefined)
			series.instruments.firstChunk.record(firstChunk, series.forOutcome(outcome.kind).labels);
		ended.count.add(1);
		if (outcome.errorType !== undefined) series.forError(outcome.errorType).add(1);
	}

	/**
	 * Creates the series of `agentese.invocations` at 0, for both verdicts and each set of declared attributes. Prometheus
	 * sees no increase in the first value of a series, so an error that creates its series would trigger no alert.
	 *
	 * @param most - the number of series that may be created
	 * @returns the number of series that were created; 0 if `most` is less than they are
	 */
	declare(current: Instruments, most: number): number {
		const sets = combinations(this.options.attributes);
		if (sets.length * VERDICTS.length > most) return 0;
		const series = this.seriesUnder(current);
		for (const kind of VERDICTS) for (const set of sets) series.declare(kind, set);
		return sets.length * VERDICTS.length;
	}

	/** Returns the series of the method under these instruments. */
	private seriesUnder(current: Instruments): MethodSeries {
		// The declared keys are part of the series' key: methods with the same path may declare different ones.
		const { attributes, buckets } = this.options;
		return seriesOf(current, Object.freeze(pointLabels(this.point)), buckets, Object.keys(attributes ?? {}).join());
	}

	/** Returns the series that an ended call belongs to, by its outcome and the declared attributes. */
	private outcomeSeries(invocation: LiveInvocation, { kind }: Outcome, series: MethodSeries): OutcomeSeries {
		const declared = this.options.attributes === undefined ? undefined : declaredAttributes(invocation);
		return declared === undefined ? series.forOutcome(kind) : series.forOutcomeWith(kind, declared);
	}
}
