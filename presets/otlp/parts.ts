import { SpanStatusCode } from '@opentelemetry/api';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SignalCounts } from '../../delivery/common/counts.js';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import type { SignalPipeline } from '../../delivery/pipeline.js';
import type { OtlpSettings } from '../contract/otlp-options.js';
import type { PresetEnvironment, PresetParts } from '../contract/preset.js';
import { JsonMetricReader } from '../signals/metric-reader.js';
import { logRecordProcessorTo, spanProcessorTo } from '../signals/processors.js';
import { logSize, metricsSize, pointsOf, spanSize } from '../signals/sizes.js';
import type { OtlpSignal } from './destination.js';
import { hasChanged, positive } from './metric-changes.js';
import { Pipelines } from './pipelines.js';
import { type Routes, remedyOf, routesTo } from './route.js';
import { logSerializer, metricSerializer, spanSerializer } from './serializers.js';
import { temporalityOf } from './temporality.js';

/** What of a preset's environment is needed here. */
type Surroundings = Pick<PresetEnvironment, 'directory' | 'delivery' | 'whenProcessEnds'>;

const NONE: SignalCounts = { made: 0, written: 0, queued: 0, dropped: 0, droppedBy: {} };

/** How long a collection of metrics waits for others: they are rare. */
const METRICS_DELAY_MS = 1000;

/**
 * Builds what sends the named signals over OTLP. Nothing is connected before there is something to send, and no file
 * is made before there is something to keep.
 *
 * A TLS file that cannot be used is said once, and what would have been sent waits: the application goes on, and
 * nothing is sent less safely than it was asked for.
 *
 * @param preset - whose name messages and counts carry
 */
export async function otlpParts(
	preset: string,
	settings: OtlpSettings,
	signals: readonly OtlpSignal[],
	environment: Surroundings,
): Promise<PresetParts> {
	return pushingParts(preset, routesTo(settings, remedyOf(preset)), settings.temporality, signals, environment);
}

/** The same, whatever brings the requests there. */
export async function pushingParts(
	preset: string,
	ways: Routes,
	temporality: OtlpSettings['temporality'],
	signals: readonly OtlpSignal[],
	environment: Surroundings,
): Promise<PresetParts> {
	const lanes = new Pipelines(preset, ways, environment);
	const parts: { -readonly [K in keyof PresetParts]: PresetParts[K] } = {};
	if (signals.includes('traces')) {
		const lane = await lanes.add('traces', spanSerializer, (spans: ReadableSpan[]) => spans, {
			sizeOf: spanSize,
			isPrecious: isRootOrError,
			...pace('OTEL_BSP', 5000),
		});
		parts.spanProcessors = [
			spanProcessorTo(
				ending(lane, (end) => lane.settle(end)),
				lane.notes,
			),
		];
	}
	if (signals.includes('metrics')) {
		const lane = await lanes.add('metrics', metricSerializer, ([collection]: ResourceMetrics[]) => one(collection), {
			sizeOf: metricsSize,
			countOf: pointsOf,
			// The serializer takes one collection.
			batch: 1,
			delayMs: METRICS_DELAY_MS,
			maxQueued: Number.POSITIVE_INFINITY,
		});
		const reader: JsonMetricReader = new JsonMetricReader(
			ending(lane, (end) => reader.settle(end)),
			() => undefined,
			{ aggregationTemporalitySelector: temporalityOf(temporality), isNews: hasChanged },
		);
		parts.metricReaders = [reader];
	}
	if (signals.includes('logs')) {
		const lane = await lanes.add('logs', logSerializer, (records: ReadableLogRecord[]) => records, {
			sizeOf: logSize,
			...pace('OTEL_BLRP', 1000),
		});
		parts.logRecordProcessors = [logRecordProcessorTo(ending(lane, (end) => lane.settle(end)))];
	}

	/** A lane that is settled when the process ends, until it is shut down. */
	function ending<T>(lane: SignalPipeline<T>, settle: (end: EndOfProcess) => void) {
		const stop = environment.whenProcessEnds(settle);
		return {
			push: (record: T) => lane.push(record),
			flush: () => lane.flush(),
			settle: (end: EndOfProcess) => lane.settle(end),
			shutdown: async () => {
				await lane.shutdown();
				lanes.closed();
				stop();
			},
		};
	}

	return {
		...parts,
		stats: () => ({
			spans: lanes.counts('traces') ?? NONE,
			metricPoints: lanes.counts('metrics') ?? NONE,
			logs: lanes.counts('logs') ?? NONE,
			files: [],
			backends: lanes.backends(),
		}),
	};
}

/** What is the last to go where there is no room: without it a trace is headless, or an error unseen. */
function isRootOrError({ status, parentSpanContext }: ReadableSpan): boolean {
	return parentSpanContext === undefined || status.code === SpanStatusCode.ERROR;
}

function one(collection: ResourceMetrics | undefined): ResourceMetrics {
	if (collection === undefined) throw new Error('A batch of metrics is empty.');
	return collection;
}

/** OpenTelemetry's own variables for batches; where they set no bound on the queue, its bytes do. */
function pace(prefix: 'OTEL_BSP' | 'OTEL_BLRP', delayMs: number) {
	return {
		batch: positive(`${prefix}_MAX_EXPORT_BATCH_SIZE`, 512),
		delayMs: positive(`${prefix}_SCHEDULE_DELAY`, delayMs),
		maxQueued: positive(`${prefix}_MAX_QUEUE_SIZE`, Number.POSITIVE_INFINITY),
	};
}
