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

/** Spans over OTLP. */
export const spanSerializer: Serializer<ReadableSpan[], IExportTraceServiceResponse> = {
	json: written(encodeSpans, JsonTraceSerializer),
	protobuf: ProtobufTraceSerializer,
	helper: TraceExporterMetricsHelper,
	service: 'trace',
	refused: ({ partialSuccess }) => Number(partialSuccess?.rejectedSpans ?? 0),
};

/** Metrics over OTLP. */
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

/** Log records over OTLP. */
export const logSerializer: Serializer<ReadableLogRecord[], IExportLogsServiceResponse> = {
	json: written(encodeLogs, JsonLogsSerializer),
	protobuf: ProtobufLogsSerializer,
	helper: LogsExporterMetricsHelper,
	service: 'logs',
	refused: ({ partialSuccess }) => Number(partialSuccess?.rejectedLogRecords ?? 0),
};

/** JSON as the json preset writes it: OpenTelemetry's own makes null of NaN, for which a backend refuses the batch. */
function written<T, Response>(encode: Encode<T>, { deserializeResponse }: ISerializer<T[], Response>) {
	return { serializeRequest: (records: T[]) => encode(records), deserializeResponse };
}
