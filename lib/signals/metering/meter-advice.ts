import { type Instruments, instruments } from '../../instruments/instruments.js';
import { OTHER, pointLabels } from '../../instruments/labels.js';
import { type MethodSeries, type OutcomeSeries, seriesOf } from '../../instruments/method-series.js';
import type { Advice, InvocationView, JoinPointFacts, Outcome } from '../../invocation/advice.js';
import { metricsOn } from '../../runtime/epoch.js';
import { warnOnce } from '../../runtime/log-once.js';
import { recordGenai } from '../genai/duration.js';
import type { Callable } from '../tracing/options.js';
import type { LabelOptions, MeteredOptions } from './options.js';

/** Metering: counts and times every invocation, whatever the sampling. What counted a call as active counts it out again. */
export class MeterAdvice implements Advice<MethodSeries | undefined> {
	private readonly options: MeteredOptions<Callable, unknown>;
	private readonly point: JoinPointFacts;
	private readonly counted: boolean;
	/** Made at the first call: a label that is never counted takes no room. */
	private cells: MethodSeries | undefined;
	readonly streams = true;
	/** This advice lives one epoch. */
	readonly timed = metricsOn();

	constructor(options: MeteredOptions<Callable, unknown>, point: JoinPointFacts) {
		this.options = options;
		this.point = point;
		this.counted = options.active !== false;
	}

	idle(): boolean {
		return !metricsOn();
	}

	enter(): MethodSeries | undefined {
		const on = instruments();
		if (on === undefined) return undefined;
		let { cells } = this;
		if (cells?.on !== on) {
			cells = this.cellsOn(on);
			this.cells = cells;
		}
		if (this.counted) cells.active.add(1);
		return cells;
	}

	leave(invocation: InvocationView, outcome: Outcome, cells: MethodSeries | undefined): void {
		if (cells === undefined) return;
		if (this.counted) cells.active.add(-1);
		const ended = this.endCells(invocation, outcome, cells);
		ended.duration.record(outcome.duration);
		recordGenai(cells.on, invocation, outcome);
		const firstChunk = outcome.streamed?.firstChunk;
		if (firstChunk !== undefined) cells.on.firstChunk.record(firstChunk, cells.end(outcome.kind).labels);
		ended.count(outcome.errorType).add(1);
	}

	private cellsOn(on: Instruments): MethodSeries {
		const { labels, buckets } = this.options;
		return seriesOf(on, Object.freeze(pointLabels(this.point)), buckets, Object.keys(labels ?? {}).join());
	}

	private endCells(invocation: InvocationView, { kind }: Outcome, cells: MethodSeries): OutcomeSeries {
		const { labels } = this.options;
		return labels === undefined ? cells.end(kind) : cells.endWith(kind, this.declared(labels, invocation));
	}

	/** The labels that the options declare, each one of its legal values. */
	private declared(
		labels: Readonly<Record<string, LabelOptions<Callable, unknown>>>,
		invocation: InvocationView,
	): Readonly<Record<string, string>> {
		const found: Record<string, string> = {};
		for (const [name, label] of Object.entries(labels)) {
			let value: unknown;
			try {
				value = label.from(invocation.args as never, invocation.self);
			} catch (error) {
				warnOnce(`label.from.${name}`, `the label '${name}' of ${this.point.functionName} threw.`, error);
			}
			found[name] = typeof value === 'string' && label.values.includes(value) ? value : OTHER;
		}
		return found;
	}
}
