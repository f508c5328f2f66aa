import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { getNumberFromEnv, suppressTracing } from '@opentelemetry/core';
import {
	type MetricProducer,
	MetricReader,
	type MetricReaderOptions,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { collectNow } from './synchronous-collect.js';

/** The specification's own default. */
const INTERVAL_MS = 60_000;

/** How long an observable instrument's callback may take. */
const CALLBACK_MS = 10_000;

/** Where the collections go: one of the json preset's lanes, or one that delivers. */
export interface MetricPipeline {
	push(collection: ResourceMetrics): void;
	flush(): Promise<void>;
	shutdown(): Promise<void>;
	settle(end: EndOfProcess): void;
}

/** Whether a collection at the very end says anything that the last one did not. */
export type HasChanged = (now: ResourceMetrics, last: ResourceMetrics | undefined) => boolean;

/**
 * Collects every `OTEL_METRIC_EXPORT_INTERVAL` milliseconds (60 seconds by default), on `forceFlush()` and on
 * `shutdown()`, and once more when the process ends. Each collection holds the totals since the start.
 */
export class JsonMetricReader extends MetricReader {
	readonly #lane: MetricPipeline;
	readonly #close: () => void;
	#producer: MetricProducer | undefined;
	#timer: NodeJS.Timeout | undefined;
	readonly #isNews: HasChanged | undefined;
	#last: ResourceMetrics | undefined;

	/** @param close - is called when the lane is closed */
	constructor(lane: MetricPipeline, close: () => void, options: MetricReaderOptions & { isNews?: HasChanged } = {}) {
		super(options);
		this.#isNews = options.isNews;
		this.#lane = lane;
		this.#close = close;
	}

	override setMetricProducer(producer: MetricProducer): void {
		this.#producer = producer;
		super.setMetricProducer(producer);
	}

	/** Writes the last collection and all that waits, synchronously. */
	settle(end: EndOfProcess): void {
		const now = this.#producer && collectNow(this.#producer);
		if (now !== undefined && this.#isNews?.(now, this.#last) !== false) this.#push(now);
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
			for (const error of errors) warnOnce('json/metrics/callback', 'the callback of an observable failed.', error);
			this.#push(resourceMetrics);
			if (this.#isNews !== undefined) this.#last = resourceMetrics;
		} catch (error) {
			warnOnce('json/metrics/collect', 'metrics could not be collected.', error);
		}
	}

	#push(collection: ResourceMetrics | undefined): void {
		if (collection !== undefined && collection.scopeMetrics.length > 0) this.#lane.push(collection);
	}
}
