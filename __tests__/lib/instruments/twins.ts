import { type Attributes, metrics } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
	AggregationTemporality,
	InstrumentType,
	MeterProvider,
	MetricReader,
	type ResourceMetrics,
	type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { createDecorator } from '../../../extend.js';
import { Metered, Resolver } from '../../../index.js';
import { DURATION_BUCKETS, FIRST_CHUNK_BUCKETS, instruments } from '../../../lib/instruments/instruments.js';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../../../lib/runtime/version.js';

const { CUMULATIVE, DELTA } = AggregationTemporality;

/** What readers count from: the start, the last collection, or as OTLP's `lowmemory` defines it. */
export const TEMPORALITIES = {
	cumulative: () => CUMULATIVE,
	delta: () => DELTA,
	lowmemory: (type: InstrumentType) =>
		type === InstrumentType.COUNTER || type === InstrumentType.HISTOGRAM ? DELTA : CUMULATIVE,
} as const;

export type Temporality = keyof typeof TEMPORALITIES;

export class PullReader extends MetricReader {
	constructor(temporality: Temporality = 'cumulative', limit = 2000) {
		super({ aggregationTemporalitySelector: TEMPORALITIES[temporality], cardinalitySelector: () => limit });
	}

	async read(): Promise<ResourceMetrics> {
		const { resourceMetrics, errors } = await this.collect();
		if (errors.length > 0) throw errors[0];
		return resourceMetrics;
	}

	protected async onShutdown(): Promise<void> {}
	protected async onForceFlush(): Promise<void> {}
}

/** Creates a meter provider with these readers and views. */
export function provider(readers: readonly MetricReader[], views: readonly ViewOptions[] = []): MeterProvider {
	return new MeterProvider({ readers: [...readers], views: [...views], resource: emptyResource() });
}

/** The toolkit's instruments, created and called without it on another meter provider. */
class ByHand {
	readonly #meters: MeterProvider;
	readonly #meter;
	readonly #scopes = new Set<string>();
	readonly invocations;
	readonly errors;
	readonly active;

	constructor(meters: MeterProvider) {
		this.#meters = meters;
		this.#meter = meters.getMeter(SCOPE, VERSION, SCOPE_OPTIONS);
		this.invocations = this.#meter.createCounter('agentese.invocations', {
			description: 'Invocations of AGENTESE paths, by outcome.',
			unit: '{invocation}',
		});
		this.errors = this.#meter.createCounter('agentese.errors', {
			description: 'Invocations of AGENTESE paths that failed, by the class of the error.',
			unit: '{error}',
		});
		this.active = this.#meter.createUpDownCounter('agentese.invoke.active', {
			description: 'Invocations of AGENTESE paths that are under way.',
			unit: '{invocation}',
		});
		this.#meter.createCounter('agentese.tokens', {
			description: 'Model tokens spent by invocations of AGENTESE paths.',
			unit: '{token}',
		});
		this.#meter.createHistogram('agentese.stream.time_to_first_chunk', {
			description: 'Time from the first read of a stream to its first chunk.',
			unit: 'ms',
			advice: { explicitBucketBoundaries: [...FIRST_CHUNK_BUCKETS] },
		});
		this.#declareAtFirstCollection();
	}

	/** Counts 0 of each outcome and ruling of each method of the garden at the beginning of the first collection. */
	#declareAtFirstCollection(): void {
		let declared = false;
		this.#meter.createObservableGauge('agentese.gathered').addCallback(() => {
			if (declared) return;
			declared = true;
			for (const aspect of ['ask', 'judge', 'quick', 'later']) {
				for (const outcome of ['ok', 'error']) {
					for (const ruling of aspect === 'judge' ? ['yes', 'no'] : [undefined]) {
						this.invocations.add(0, {
							'agentese.path': `self.garden.${aspect}`,
							'agentese.context': 'self',
							'agentese.outcome': outcome,
							...(ruling === undefined ? {} : { ruling }),
						});
					}
				}
			}
		});
	}

	/** Returns the meter of a scope, with a callback like that of the main one: the SDK orders scopes by their end. */
	#scoped(scope: string) {
		const meter = this.#meters.getMeter(scope, VERSION, SCOPE_OPTIONS);
		if (!this.#scopes.has(scope)) meter.createObservableGauge('agentese.gathered').addCallback(() => undefined);
		this.#scopes.add(scope);
		return meter;
	}

	duration(buckets: readonly number[] = DURATION_BUCKETS) {
		const meter = buckets === DURATION_BUCKETS ? this.#meter : this.#scoped(`${SCOPE}/${buckets.join()}`);
		return meter.createHistogram('agentese.invoke.duration', {
			description: 'Duration of invocations of AGENTESE paths.',
			unit: 'ms',
			advice: { explicitBucketBoundaries: [...buckets] },
		});
	}
}

let byHand: ByHand | undefined;

/** Registers the first provider for the toolkit, and counts on the second one without the toolkit. */
export function register(ours: MeterProvider, theirs: MeterProvider): void {
	metrics.disable();
	metrics.setGlobalMeterProvider(ours);
	// Else they are created at the first call, and a collection that has begun does not include them.
	instruments();
	byHand = new ByHand(theirs);
}

interface HandOptions {
	readonly active?: boolean;
	readonly buckets?: readonly number[];
	readonly label?: string;
}

/** Counts a call with instruments of the API, beside `@Metered` and from the same outcome. */
const CountedByHand = createDecorator<HandOptions>({
	name: 'CountedByHand',
	keys: ['active', 'buckets', 'label'],
	advice: ({ active = true, buckets, label }, point) => {
		const pointLabels: Attributes = { 'agentese.path': point.template, 'agentese.context': point.context };
		return {
			enter: () => {
				if (active) byHand?.active.add(1, pointLabels);
				return byHand;
			},
			leave: ({ args }, { kind, duration, errorType }, on) => {
				const hand = on as ByHand | undefined;
				if (active) hand?.active.add(-1, pointLabels);
				const ruling = args[0] === 'yes' || args[0] === 'no' ? args[0] : '_OTHER';
				const labels = {
					...pointLabels,
					'agentese.outcome': kind,
					...(label === undefined ? {} : { [label]: ruling }),
				};
				hand?.duration(buckets).record(duration, labels);
				hand?.invocations.add(1, labels);
				if (errorType !== undefined) {
					hand?.errors.add(1, { 'agentese.path': point.template, 'error.type': errorType });
				}
			},
		};
	},
});

class Coded extends Error {
	constructor(readonly code: string) {
		super(code);
	}
}

/** How a call of the garden ends. */
export type End = 'ok' | 'E_ONE' | 'E_TWO' | 'abort';

function finish(end: End): string {
	if (end === 'abort') throw Object.assign(new Error(end), { name: 'AbortError' });
	if (end !== 'ok') throw new Coded(end);
	return end;
}

/** Methods with every option of `@Metered`. */
@Resolver('self.garden')
export class Garden {
	@CountedByHand
	@Metered
	ask(_ruling: string, end: End, work: () => void): string {
		work();
		return finish(end);
	}

	@CountedByHand({ label: 'ruling', active: false })
	@Metered({ attributes: { ruling: { values: ['yes', 'no'], from: ([ruling]) => ruling } }, active: false })
	judge(_ruling: string, end: End, work: () => void): string {
		work();
		return finish(end);
	}

	@CountedByHand({ buckets: [1, 10] })
	@Metered({ buckets: [1, 10] })
	quick(_ruling: string, end: End, work: () => void): string {
		work();
		return finish(end);
	}

	@CountedByHand
	@Metered
	async later(end: End, until: Promise<void>): Promise<string> {
		await until;
		return finish(end);
	}
}
