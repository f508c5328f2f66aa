import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import type { RetentionBounds } from '../../delivery/common/retention.js';
import type { PresetEnvironment, PresetParts } from '../contract/preset.js';
import { encodeLogs, encodeMetrics, encodeSpans } from '../signals/json-encoding.js';
import { PipelineMetricReader } from '../signals/metric-reader.js';
import { logRecordProcessorTo, spanProcessorTo } from '../signals/processors.js';
import { whenAttributesKnown } from '../signals/resource-attributes.js';
import { logSize, metricsSize, pointsOf, spanSize } from '../signals/sizes.js';
import { checkpointJournalIn } from './checkpoints.js';
import type { Signal } from './file-names.js';
import { LineFile } from './line-file.js';
import { JsonPipeline, type JsonPipelineOptions } from './pipeline.js';
import { prune } from './retention.js';

/**
 * Creates the pipelines of the three signals, and the processors and the reader that push to them. Old files are
 * removed at the start and each time a file is full. No file is created before the first line is written.
 */
export function jsonParts(
	settings: RetentionBounds & { readonly directory: string },
	environment: Pick<PresetEnvironment, 'whenProcessEnds'>,
): PresetParts {
	const { directory } = settings;
	const removeOldFiles = () => void prune(directory, settings).catch(() => undefined);
	const files: LineFile[] = [];

	function pipelineOf<T extends { readonly resource: ReadableSpan['resource'] }>(
		signal: Signal,
		options: Omit<JsonPipelineOptions<T>, 'file' | 'directory' | 'ready'>,
	): JsonPipeline<T> {
		const file = new LineFile(directory, signal, removeOldFiles);
		files.push(file);
		return new JsonPipeline<T>({ ...options, file, directory, ready: ({ resource }) => whenAttributesKnown(resource) });
	}

	/** Registers `settle` for the end of the process, and returns the pipeline with a `shutdown` that removes it. */
	function settledAtEnd<T>(pipeline: JsonPipeline<T>, settle: (end: EndOfProcess) => void) {
		const unregister = environment.whenProcessEnds(settle);
		return {
			push: (record: T) => pipeline.push(record),
			flush: () => pipeline.flush(),
			settle: (end: EndOfProcess) => pipeline.settle(end),
			shutdown: async () => {
				await pipeline.shutdown();
				unregister();
			},
		};
	}

	const spans = pipelineOf<ReadableSpan>('traces', {
		recordName: 'spans',
		encode: encodeSpans,
		sizeOf: spanSize,
		journal: checkpointJournalIn(directory, settings),
	});
	const metrics = pipelineOf<ResourceMetrics>('metrics', {
		recordName: 'metric points',
		encode: encodeMetrics,
		sizeOf: metricsSize,
		countOf: pointsOf,
		// Each collection is written at once.
		batch: 1,
	});
	const logs = pipelineOf<ReadableLogRecord>('logs', {
		recordName: 'log records',
		encode: encodeLogs,
		sizeOf: logSize,
	});

	removeOldFiles();
	// At the end of the process the reader collects first, and then settles the pipeline itself.
	const reader: PipelineMetricReader = new PipelineMetricReader(settledAtEnd(metrics, (end) => reader.settle(end)));
	return {
		spanProcessors: [
			spanProcessorTo(
				settledAtEnd(spans, (end) => spans.settle(end)),
				spans.checkpoints,
			),
		],
		metricReaders: [reader],
		logRecordProcessors: [logRecordProcessorTo(settledAtEnd(logs, (end) => logs.settle(end)))],
		stats: () => ({
			spans: spans.stats(),
			metricPoints: metrics.stats(),
			logs: logs.stats(),
			files: files.flatMap(({ paths }) => paths),
		}),
	};
}
