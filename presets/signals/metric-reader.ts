import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import {
	type MetricProducer,
	MetricReader,
	type MetricReaderOptions,
	type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import { numberVariable } from '../../lib/runtime/environment.js';
import { warnOnce } from '../../lib/runtime/log-once.js';
import { platform } from '../../lib/runtime/platform.js';
import { collectNow } from './synchronous-collect.js';

/** The default interval of the OpenTelemetry specification, in milliseconds. */
const INTERVAL_MS = 60_000;

/** The time limit of the callbacks of observable instruments, in milliseconds. */
const CALLBACK_TIMEOUT_MS = 10_000;

/** The pipeline that collections are pushed to: the json preset's, or one that sends to a backend. */
interface MetricPipeline {
	/** Accepts a collection. Never throws. */
	push(collection: ResourceMetrics): void;
	/** Resolves when everything that was pushed has been written or sent, or could not be. */
	flush(): Promise<void>;
	/** Flushes and closes the pipeline. */
	shutdown(): Promise<void>;
	/** Writes everything that waits, synchronously. */
	settle(end: EndOfProcess): void;
}

/** Returns true if a collection at the end of the process contains anything that the previous one did not. */
export type HasChanged = (now: ResourceMetrics, last: ResourceMetrics | undefined) => boolean;

/** The options of `PipelineMetricReader`, beside those of OpenTelemetry's reader. */
interface PipelineMetricReaderOptions extends MetricReaderOptions {
	/** Decides whether the collection at the end of the process is pushed. @default it is always pushed */
	readonly hasChanged?: HasChanged;
}

/**
 * Collects metrics and pushes them to a pipeline: every `OTEL_METRIC_EXPORT_INTERVAL` milliseconds (60 seconds by
 * default), on `forceFlush()` and `shutdown()`, and once more when the process ends. Each collection holds the totals
 * since the start, unless the options select another temporality.
 */
export class PipelineMetricReader extends MetricReader {
	readonly #pipeline: MetricPipeline;
	readonly #hasChanged: HasChanged | undefined;
	#producer: MetricProducer | undefined;
	#timer: NodeJS.Timeout | undefined;
	/** The previous collection. It is kept only if `hasChanged` needs it. */
	#last: ResourceMetrics | undefined;

	constructor(pipeline: MetricPipeline, options: PipelineMetricReaderOptions = {}) {
		super(options);
		this.#hasChanged = options.hasChanged;
		this.#pipeline = pipeline;
	}

	override setMetricProducer(producer: MetricProducer): void {
		this.#producer = producer;
		super.setMetricProducer(producer);
	}

	/** Collects for the last time, unless nothing has changed, and writes everything that waits, synchronously. */
	settle(end: EndOfProcess): void {
		const now = this.#producer && collectNow(this.#producer);
		if (now !== undefined && this.#hasChanged?.(now, this.#last) !== false) this.#push(now);
		this.#pipeline.settle(end);
	}

	protected override onInitialized(): void {
		const intervalMs = numberVariable('OTEL_METRIC_EXPORT_INTERVAL') ?? INTERVAL_MS;
		// The timer must not keep the context that was active when telemetry started, and its work must not be traced.
		context.with(suppressTracing(ROOT_CONTEXT), () => {
			this.#timer = platform.setInterval(() => this.#collect(), intervalMs);
		});
		this.#timer?.unref();
	}

	protected override async onForceFlush(): Promise<void> {
		await this.#collect();
		await this.#pipeline.flush();
	}

	protected override async onShutdown(): Promise<void> {
		platform.clearInterval(this.#timer);
		await this.#collect();
		await this.#pipeline.shutdown();
	}

	/** Collects and pushes. Never rejects: errors of callbacks and of the collection are reported once. */
	async #collect(): Promise<void> {
		try {
			const { resourceMetrics, errors } = await this.collect({
				timeoutMillis: Math.min(
					CALLBACK_TIMEOUT_MS,
					numberVariable('OTEL_METRIC_EXPORT_TIMEOUT') ?? CALLBACK_TIMEOUT_MS,
				),
			});
			for (const error of errors) warnOnce('json/metrics/callback', 'the callback of an observable failed.', error);
			this.#push(resourceMetrics);
			if (this.#hasChanged !== undefined) this.#last = resourceMetrics;
		} catch (error) {
			warnOnce('json/metrics/collect', 'metrics could not be collected.', error);
		}
	}

	/** Pushes a collection, unless it has no metrics. */
	#push(collection: ResourceMetrics | undefined): void {
		if (collection !== undefined && collection.scopeMetrics.length > 0) this.#pipeline.push(collection);
	}
}
