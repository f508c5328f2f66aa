import {
	type IExportLogsServiceResponse,
	type IExportMetricsServiceResponse,
	type IExportTraceServiceResponse,
	type ISerializer,
	JsonLogsSerializer,
	JsonMetricsSerializer,
	JsonTraceSerializer,
	LogsExporterMetricsHelper,
	MetricsExporterMetricsHelper,
	ProtobufLogsSerializer,
	ProtobufMetricsSerializer,
	ProtobufTraceSerializer,
	TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type Encode, encodeLogs, encodeMetrics, encodeSpans } from '../signals/json-encoding.js';
import type { Serializer } from './transport.js';

/** The serializer of spans. */
export const spanSerializer: Serializer<ReadableSpan[], IExportTraceServiceResponse> = {
	json: jsonSerializer(encodeSpans, JsonTraceSerializer),
	protobuf: ProtobufTraceSerializer,
	helper: TraceExporterMetricsHelper,
	service: 'trace',
	refused: ({ partialSuccess }) => Number(partialSuccess?.rejectedSpans ?? 0),
};

/** The serializer of metrics: of one collection at a time. */
export const metricSerializer: Serializer<ResourceMetrics, IExportMetricsServiceResponse> = {
	json: {
		serializeRequest: (collection) => encodeMetrics([collection]),
		deserializeResponse: (data) => JsonMetricsSerializer.deserializeResponse(data),
	},
	protobuf: ProtobufMetricsSerializer,
	helper: MetricsExporterMetricsHelper,
	service: 'metrics',
	refused: ({ partialSuccess }) => Number(partialSuccess?.rejectedDataPoints ?? 0),
};

/** The serializer of log records. */
export const logSerializer: Serializer<ReadableLogRecord[], IExportLogsServiceResponse> = {
	json: jsonSerializer(encodeLogs, JsonLogsSerializer),
	protobuf: ProtobufLogsSerializer,
	helper: LogsExporterMetricsHelper,
	service: 'logs',
	refused: ({ partialSuccess }) => Number(partialSuccess?.rejectedLogRecords ?? 0),
};

/**
 * Returns a JSON serializer that encodes as the json preset does: OpenTelemetry's own encodes NaN as null, and a
 * backend refuses a batch that contains it.
 */
function jsonSerializer<T, Response>(encode: Encode<T>, { deserializeResponse }: ISerializer<T[], Response>) {
	return { serializeRequest: (records: T[]) => encode(records), deserializeResponse };
}
