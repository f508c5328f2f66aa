import type { Attributes } from '@opentelemetry/api';
import { recordGenai } from '../conventions/genai-duration.js';
import { sayOnce } from '../runtime/say.js';
import { metricsOn } from '../runtime/signals.js';
import type { Callable } from '../tracing/options.js';
import type { Advice, InvocationView, JoinPointFacts, Outcome, OutcomeKind } from '../weaving/advice.js';
import { type Instruments, instruments } from './instruments.js';
import { bounded, OTHER, pointLabels } from './labels.js';
import type { MeteredOptions } from './options.js';

/** What is kept from the start of a call: the instruments that counted it as active must count it out again. */
interface Counting {
	readonly on: Instruments;
	readonly labels: Attributes;
}

/** Metering: counts and times every invocation, whatever the sampling. */
export class MeterAdvice implements Advice<Counting | undefined> {
	private readonly options: MeteredOptions<Callable, unknown>;
	private readonly point: JoinPointFacts;
	/** The labels of the method itself; made at the first call, for a label that is never counted takes no room. */
	private own: Attributes | undefined;
	private readonly ended: Partial<Record<OutcomeKind, Attributes>> = {};
	readonly streams = true;
	/** This advice lives one epoch. */
	readonly timed = metricsOn();

	constructor(options: MeteredOptions<Callable, unknown>, point: JoinPointFacts) {
		this.options = options;
		this.point = point;
	}

	idle(): boolean {
		return !metricsOn();
	}

	enter(): Counting | undefined {
		const on = instruments();
		if (on === undefined) return undefined;
		this.own ??= Object.freeze(pointLabels(this.point));
		if (this.options.active !== false) on.active.add(1, this.own);
		return { on, labels: this.own };
	}

	leave(invocation: InvocationView, outcome: Outcome, counting: Counting | undefined): void {
		if (counting === undefined) return;
		const { on, labels } = counting;
		if (this.options.active !== false) on.active.add(-1, labels);
		const ended = this.endLabels(invocation, outcome.kind, labels);
		on.duration(this.options.buckets).record(outcome.duration, ended);
		recordGenai(invocation, outcome);
		const firstChunk = outcome.streamed?.firstChunk;
		if (firstChunk !== undefined) on.firstChunk.record(firstChunk, this.plain(outcome.kind, labels));
		const { errorType } = outcome;
		on.invocations.add(
			1,
			errorType === undefined ? ended : { ...ended, 'error.type': bounded('error.type', errorType) },
		);
	}

	/** The labels at the end of a call; one object for all calls of an outcome, where the options declare none. */
	private endLabels(invocation: InvocationView, kind: OutcomeKind, labels: Attributes): Attributes {
		const plain = this.plain(kind, labels);
		return this.options.labels === undefined ? plain : { ...plain, ...this.declared(invocation) };
	}

	/** The toolkit's own labels at the end of a call. */
	private plain(kind: OutcomeKind, labels: Attributes): Attributes {
		this.ended[kind] ??= Object.freeze({ ...labels, 'agentese.outcome': kind });
		return this.ended[kind];
	}

	/** The labels that the options declare, each one of its legal values. */
	private declared(invocation: InvocationView): Attributes | undefined {
		const { labels } = this.options;
		if (labels === undefined) return undefined;
		const found: Attributes = {};
		for (const [name, label] of Object.entries(labels)) {
			let value: unknown;
			try {
				value = label.from(invocation.args as never, invocation.self);
			} catch (error) {
				sayOnce(`label.from.${name}`, `the label '${name}' of ${this.point.functionName} threw.`, error);
			}
			found[name] = typeof value === 'string' && label.values.includes(value) ? value : OTHER;
		}
		return found;
	}
}
