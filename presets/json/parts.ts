import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndOfProcess } from '../../delivery/common/process-end.js';
import type { PresetEnvironment, PresetParts } from '../contract/preset.js';
import { encodeLogs, encodeMetrics, encodeSpans } from '../signals/json-encoding.js';
import { JsonMetricReader } from '../signals/metric-reader.js';
import { logRecordProcessorTo, spanProcessorTo } from '../signals/processors.js';
import { logSize, metricsSize, pointsOf, spanSize } from '../signals/sizes.js';
import { checkpointsIn } from './checkpoints.js';
import type { Signal } from './file-names.js';
import { LineFile } from './line-file.js';
import { JsonPipeline, type JsonPipelineOptions } from './pipeline.js';
import { type Bounds, prune } from './retention.js';

/** Builds the three lanes and what feeds them. Nothing is opened before the first line. */
export function jsonParts(
	settings: Bounds & { readonly directory: string },
	environment: Pick<PresetEnvironment, 'whenProcessEnds'>,
): PresetParts {
	const { directory } = settings;
	const clean = () => void prune(directory, settings).catch(() => undefined);
	const files: LineFile[] = [];

	function lane<T>(signal: Signal, options: Omit<JsonPipelineOptions<T>, 'file' | 'directory'>): JsonPipeline<T> {
		const file = new LineFile(directory, signal, clean);
		files.push(file);
		return new JsonPipeline<T>({ ...options, file, directory });
	}

	/** A lane that is settled when the process ends, until it is shut down. */
	function ending<T>(one: JsonPipeline<T>, settle: (end: EndOfProcess) => void) {
		const stop = environment.whenProcessEnds(settle);
		return {
			push: (record: T) => one.push(record),
			flush: () => one.flush(),
			settle: (end: EndOfProcess) => one.settle(end),
			shutdown: async () => {
				await one.shutdown();
				stop();
			},
		};
	}

	const spans = lane<ReadableSpan>('traces', {
		what: 'spans',
		encode: encodeSpans,
		sizeOf: spanSize,
		ready: ({ resource }) => settled(resource),
		journal: checkpointsIn(directory, settings),
	});
	const metrics = lane<ResourceMetrics>('metrics', {
		what: 'metric points',
		encode: encodeMetrics,
		sizeOf: metricsSize,
		countOf: pointsOf,
		batch: 1,
		ready: ({ resource }) => settled(resource),
	});
	const logs = lane<ReadableLogRecord>('logs', {
		what: 'log records',
		encode: encodeLogs,
		sizeOf: logSize,
		ready: ({ resource }) => settled(resource),
	});

	clean();
	const reader: JsonMetricReader = new JsonMetricReader(
		ending(metrics, (end) => reader.settle(end)),
		() => undefined,
	);
	return {
		spanProcessors: [
			spanProcessorTo(
				ending(spans, (end) => spans.settle(end)),
				spans.notes,
			),
		],
		metricReaders: [reader],
		logRecordProcessors: [logRecordProcessorTo(ending(logs, (end) => logs.settle(end)))],
		stats: () => ({
			spans: spans.stats(),
			metricPoints: metrics.stats(),
			logs: logs.stats(),
			files: files.flatMap(({ paths }) => paths),
		}),
	};
}

/** A resource whose attributes are still being found cannot be encoded; ours never is, a person's own may be. */
function settled(resource: Resource): Promise<void> | undefined {
	return resource.asyncAttributesPending ? resource.waitForAsyncAttributes?.() : undefined;
}
