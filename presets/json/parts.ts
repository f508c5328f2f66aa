import type { Resource } from '@opentelemetry/resources';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { EndOfProcess } from '../ending.js';
import type { PresetEnvironment, PresetParts } from '../preset.js';
import { encodeLogs, encodeMetrics, encodeSpans } from './encode.js';
import { Lane, type LaneOptions } from './lane.js';
import { LineFile } from './line-file.js';
import { JsonLogRecordProcessor } from './logs.js';
import { JsonMetricReader } from './metrics.js';
import type { Signal } from './names.js';
import { type Bounds, prune } from './prune.js';
import { logSize, metricsSize, pointsOf, spanSize } from './sizes.js';
import { JsonSpanProcessor } from './spans.js';

/** Builds the three lanes and what feeds them. Nothing is opened before the first line. */
export function jsonParts(
	settings: Bounds & { readonly directory: string },
	environment: PresetEnvironment,
): PresetParts {
	const { directory } = settings;
	const clean = () => void prune(directory, settings).catch(() => undefined);
	const files: LineFile[] = [];

	function lane<T>(signal: Signal, options: Omit<LaneOptions<T>, 'file' | 'directory'>): Lane<T> {
		const file = new LineFile(directory, signal, clean);
		files.push(file);
		return new Lane<T>({ ...options, file, directory });
	}

	const spans = lane<ReadableSpan>('traces', {
		what: 'spans',
		encode: encodeSpans,
		sizeOf: spanSize,
		countOf: () => 1,
		ready: ({ resource }) => settled(resource),
	});
	const metrics = lane<ResourceMetrics>('metrics', {
		what: 'metric points',
		encode: encodeMetrics,
		sizeOf: metricsSize,
		countOf: pointsOf,
		ready: ({ resource }) => settled(resource),
	});
	const logs = lane<ReadableLogRecord>('logs', {
		what: 'log records',
		encode: encodeLogs,
		sizeOf: logSize,
		countOf: () => 1,
		ready: ({ resource }) => settled(resource),
	});

	clean();
	const atEnd = (settle: (end: EndOfProcess) => void) => environment.whenProcessEnds(settle);
	const reader = new JsonMetricReader(metrics, () => stopMetrics());
	const stopSpans = atEnd((end) => spans.settle(end));
	const stopLogs = atEnd((end) => logs.settle(end));
	const stopMetrics = atEnd((end) => reader.settle(end));
	return {
		spanProcessors: [new JsonSpanProcessor(spans, stopSpans)],
		metricReaders: [reader],
		logRecordProcessors: [new JsonLogRecordProcessor(logs, stopLogs)],
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
