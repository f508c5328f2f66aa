import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SignalCounts } from '../../delivery/common/counts.js';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import type { SignalPipeline } from '../../delivery/pipeline.js';
import type { OtlpSettings } from '../contract/otlp-options.js';
import type { PresetEnvironment, PresetParts } from '../contract/preset.js';
import { PipelineMetricReader } from '../signals/metric-reader.js';
import { logRecordProcessorTo, spanProcessorTo } from '../signals/processors.js';
import { logSize, metricsSize, pointsOf, spanSize } from '../signals/sizes.js';
import { batchingFromEnv } from './batch-variables.js';
import type { HeaderSettings, OtlpSignal } from './destination.js';
import { hasChanged } from './metric-changes.js';
import { type PipelineFill, Pipelines } from './pipelines.js';
import { type Routes, remedyOf, routesTo } from './route.js';
import { logSerializer, metricSerializer, spanSerializer } from './serializers.js';
import { aggregationOf, temporalityOf } from './temporality.js';

/** The part of a preset's environment that is used here. */
type PartsEnvironment = Pick<PresetEnvironment, 'directory' | 'delivery' | 'whenProcessEnds'>;

/** The parts of a preset that sends. */
export interface DeliveryParts extends PresetParts {
	/** Returns how full the queues of each signal are. */
	readonly fill: () => PipelineFill[];
}

/** The parts of a preset that sends over OTLP with the headers of the config. */
export interface OtlpParts extends DeliveryParts {
	/** Replaces the headers of all signals, from the next request on. */
	readonly setHeaders: (settings: HeaderSettings) => void;
}

const NO_RECORDS: SignalCounts = { created: 0, delivered: 0, queued: 0, dropped: 0, droppedBy: {} };

/** How long a collection of metrics waits for further ones, in milliseconds. It is short, because they are rare. */
const METRICS_DELAY_MS = 1000;

/**
 * Creates the processors and readers that send the given signals over OTLP. Nothing is connected before there is
 * something to send, and no file is created before there is something to keep.
 *
 * If a TLS file cannot be used, that is reported once and the telemetry waits: the application continues, and nothing
 * is sent with less security than the options demand.
 *
 * @param preset - the name of the preset, for messages and counts
 */
export async function otlpParts(
	preset: string,
	settings: OtlpSettings,
	signals: readonly OtlpSignal[],
	environment: PartsEnvironment,
): Promise<OtlpParts> {
	const routes = routesTo(settings, remedyOf(preset));
	const parts = await pipelineParts(preset, routes, settings.temporality, signals, environment);
	return { ...parts, setHeaders: routes.setHeaders };
}

/** Creates the processors and readers that send the given signals, like `otlpParts`, but on any routes. */
export async function pipelineParts(
	preset: string,
	routes: Routes,
	temporality: OtlpSettings['temporality'],
	signals: readonly OtlpSignal[],
	environment: PartsEnvironment,
): Promise<DeliveryParts> {
	const pipelines = new Pipelines(preset, routes, environment);
	const parts: { -readonly [K in keyof PresetParts]: PresetParts[K] } = {};
	if (signals.includes('traces')) {
		const pipeline = await pipelines.add('traces', spanSerializer, (spans: ReadableSpan[]) => spans, {
			sizeOf: spanSize,
			hasPriority: isRootOrError,
			...batchingFromEnv('OTEL_BSP', 5000),
		});
		parts.spanProcessors = [
			spanProcessorTo(
				settledAtEnd(pipeline, (end) => pipeline.settle(end)),
				pipeline.checkpoints,
			),
		];
	}
	if (signals.includes('metrics')) {
		const pipeline = await pipelines.add(
			'metrics',
			metricSerializer,
			([collection]: ResourceMetrics[]) => collectionIn(collection),
			{
				sizeOf: metricsSize,
				countOf: pointsOf,
				// The serializer accepts one collection.
				batch: 1,
				delayMs: METRICS_DELAY_MS,
				maxQueued: Number.POSITIVE_INFINITY,
			},
		);
		// At the end of the process the reader collects first, and then settles the pipeline itself.
		const reader: PipelineMetricReader = new PipelineMetricReader(
			settledAtEnd(pipeline, (end) => reader.settle(end)),
			{ aggregationTemporalitySelector: temporalityOf(temporality), aggregationSelector: aggregationOf, hasChanged },
		);
		parts.metricReaders = [reader];
	}
	if (signals.includes('logs')) {
		const pipeline = await pipelines.add('logs', logSerializer, (records: ReadableLogRecord[]) => records, {
			sizeOf: logSize,
			...batchingFromEnv('OTEL_BLRP', 1000),
		});
		parts.logRecordProcessors = [logRecordProcessorTo(settledAtEnd(pipeline, (end) => pipeline.settle(end)))];
	}

	/** Registers `settle` for the end of the process, and returns the pipeline with a `shutdown` that removes it. */
	function settledAtEnd<T>(pipeline: SignalPipeline<T>, settle: (end: EndOfProcess) => void) {
		const unregister = environment.whenProcessEnds(settle);
		return {
			push: (record: T) => pipeline.push(record),
			flush: () => pipeline.flush(),
			settle: (end: EndOfProcess) => pipeline.settle(end),
			shutdown: async () => {
				await pipeline.shutdown();
				pipelines.pipelineClosed();
				unregister();
			},
		};
	}

	return {
		...parts,
		fill: () => pipelines.fill(),
		stats: () => ({
			spans: pipelines.counts('traces') ?? NO_RECORDS,
			metricPoints: pipelines.counts('metrics') ?? NO_RECORDS,
			logs: pipelines.counts('logs') ?? NO_RECORDS,
			files: [],
			backends: pipelines.backends(),
		}),
	};
}

/**
 * Returns true for spans that are dropped last if the queue is full: without its root a trace is incomplete, and
 * without the span an error is not seen.
 */
function isRootOrError({ status, parentSpanContext }: ReadableSpan): boolean {
	return parentSpanContext === undefined || status.code === SpanStatusCode.ERROR;
}

function collectionIn(collection: ResourceMetrics | undefined): ResourceMetrics {
	if (collection === undefined) throw new Error('A batch of metrics is empty.');
	return collection;
}
