import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { getNumberFromEnv, suppressTracing } from '@opentelemetry/core';
import { type MetricProducer, MetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { sayOnce } from '../../lib/runtime/say.js';
import type { EndOfProcess } from '../ending.js';
import { collectNow } from './collect-now.js';
import type { Lane } from './lane.js';

/** The specification's own default. */
const INTERVAL_MS = 60_000;

/** How long an observable instrument's callback may take. */
const CALLBACK_MS = 10_000;

/**
 * Collects every `OTEL_METRIC_EXPORT_INTERVAL` milliseconds (60 seconds by default), on `forceFlush()` and on
 * `shutdown()`, and once more when the process ends. Each collection holds the totals since the start.
 */
export class JsonMetricReader extends MetricReader {
	readonly #lane: Lane<ResourceMetrics>;
	readonly #close: () => void;
	#producer: MetricProducer | undefined;
	#timer: NodeJS.Timeout | undefined;

	/** @param close - is called when the lane is closed */
	constructor(lane: Lane<ResourceMetrics>, close: () => void) {
		super();
		this.#lane = lane;
		this.#close = close;
	}

	override setMetricProducer(producer: MetricProducer): void {
		this.#producer = producer;
		super.setMetricProducer(producer);
	}

	/** Writes the last collection and all that waits, synchronously. */
	settle(end: EndOfProcess): void {
		if (this.#producer !== undefined) this.#push(collectNow(this.#producer));
		this.#lane.settle(end);
	}

	protected override onInitialized(): void {
		const interval = getNumberFromEnv('OTEL_METRIC_EXPORT_INTERVAL') ?? INTERVAL_MS;
		const every = interval > 0 ? interval : INTERVAL_MS;
		// Outside of any trace, and of the context of whoever started telemetry.
		context.with(suppressTracing(ROOT_CONTEXT), () => {
			this.#timer = setInterval(() => this.#collect(), every);
		});
		this.#timer?.unref();
	}

	protected override async onForceFlush(): Promise<void> {
		await this.#collect();
		await this.#lane.flush();
	}

	protected override async onShutdown(): Promise<void> {
		clearInterval(this.#timer);
		await this.#collect();
		await this.#lane.shutdown();
		this.#close();
	}

	async #collect(): Promise<void> {
		try {
			const { resourceMetrics, errors } = await this.collect({ timeoutMillis: CALLBACK_MS });
			for (const error of errors) sayOnce('json/metrics/callback', 'the callback of an observable failed.', error);
			this.#push(resourceMetrics);
		} catch (error) {
			sayOnce('json/metrics/collect', 'metrics could not be collected.', error);
		}
	}

	#push(collection: ResourceMetrics | undefined): void {
		if (collection !== undefined && collection.scopeMetrics.length > 0) this.#lane.push(collection);
	}
}
