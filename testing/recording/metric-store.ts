import type { Attributes } from '@opentelemetry/api';
import {
	AggregationTemporality,
	type DataPoint,
	DataPointType,
	type ExponentialHistogram,
	type Histogram,
	InstrumentType,
	type MetricProducer,
	MetricReader,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { collectNow } from '../../presets/signals/synchronous-collect.js';

/** What a histogram has recorded for one set of labels. */
export interface TestHistogram {
	/** How many values were recorded. */
	readonly count: number;
	/** The sum of all values, in the unit of the metric. */
	readonly sum: number;
	/** The smallest of the values, in the unit of the metric; undefined if the SDK does not record it. */
	readonly min: number | undefined;
	/** The largest of the values, in the unit of the metric; undefined if the SDK does not record it. */
	readonly max: number | undefined;
}

/** The value of one metric for one set of labels. */
export interface TestMetric {
	/** The name of the metric, such as `agentese.invocations`. */
	readonly name: string;
	/** The unit, such as `ms`; empty if it has none. */
	readonly unit: string;
	/** The name of the instrumentation scope: `agentese-otel`, or what the application passed to `metrics.getMeter`. */
	readonly scope: string;
	/** The labels. */
	readonly attributes: Attributes;
	/** The number of a counter, an up-down counter or a gauge, or what a histogram has recorded. */
	readonly value: number | TestHistogram;
}

/** Up-down counters and gauges report their present value, all others what was added since the last collection. */
const LASTING: ReadonlySet<InstrumentType> = new Set([
	InstrumentType.UP_DOWN_COUNTER,
	InstrumentType.OBSERVABLE_UP_DOWN_COUNTER,
	InstrumentType.GAUGE,
	InstrumentType.OBSERVABLE_GAUGE,
]);

/** Keeps what the meters of one test have recorded since its start or the last `clear()`. */
export class MetricStore extends MetricReader {
	#producer: MetricProducer | undefined;
	readonly #points = new Map<string, TestMetric>();

	constructor() {
		super({
			aggregationTemporalitySelector: (type) =>
				LASTING.has(type) ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA,
		});
	}

	override setMetricProducer(producer: MetricProducer): void {
		this.#producer = producer;
		super.setMetricProducer(producer);
	}

	/** Collects, and returns all values, sorted by scope, name and labels. */
	read(): readonly TestMetric[] {
		const collection = this.#producer && collectNow(this.#producer);
		if (collection !== undefined) this.#add(collection);
		return [...this.#points].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, point]) => point);
	}

	/** Forgets all values. Up-down counters and gauges are reported again at the next read. */
	clear(): void {
		this.read();
		this.#points.clear();
	}

	protected override async onForceFlush(): Promise<void> {}

	protected override async onShutdown(): Promise<void> {}

	#add({ scopeMetrics }: ResourceMetrics): void {
		for (const { scope, metrics } of scopeMetrics) {
			for (const { descriptor, dataPoints, dataPointType, aggregationTemporality } of metrics) {
				const isDelta =
					aggregationTemporality === AggregationTemporality.DELTA && dataPointType !== DataPointType.GAUGE;
				for (const point of dataPoints as DataPoint<number | Histogram | ExponentialHistogram>[]) {
					const { name, unit } = descriptor;
					const { attributes } = point;
					const key = JSON.stringify([scope.name, name, Object.entries(attributes).sort()]);
					const value = plainValue(point.value);
					const known = isDelta ? this.#points.get(key)?.value : undefined;
					this.#points.set(key, { name, unit, scope: scope.name, attributes, value: sum(known, value) });
				}
			}
		}
	}
}

function plainValue(value: number | Histogram | ExponentialHistogram): number | TestHistogram {
	if (typeof value === 'number') return value;
	const { count, sum: total = 0, min, max } = value;
	return { count, sum: total, min, max };
}

/** Returns the sum of two values of one series; of an unknown one and a known one, the known one. */
function sum(known: number | TestHistogram | undefined, added: number | TestHistogram): number | TestHistogram {
	if (known === undefined) return added;
	if (typeof known === 'number' || typeof added === 'number') return Number(known) + Number(added);
	return {
		count: known.count + added.count,
		sum: known.sum + added.sum,
		min: extreme(known.min, added.min, Math.min),
		max: extreme(known.max, added.max, Math.max),
	};
}

function extreme(a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number) {
	return a === undefined || b === undefined ? (a ?? b) : pick(a, b);
}
