import {
	ProtobufLogsSerializer,
	ProtobufMetricsSerializer,
	ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { encodeLogs, encodeMetrics, encodeSpans } from '../signals/json-encoding.js';
import type { Serializer } from './transport.js';

// JSON is encoded as the json preset does: OpenTelemetry's own serializers encode NaN as null, and a backend refuses a
// batch that contains it.

/** The serializer of spans. */
export const spanSerializer: Serializer<ReadableSpan[]> = {
	json: (spans) => encodeSpans(spans),
	protobuf: (spans) => ProtobufTraceSerializer.serializeRequest(spans),
};

/** The serializer of metrics: of one collection at a time. */
export const metricSerializer: Serializer<ResourceMetrics> = {
	json: (collection) => encodeMetrics([collection]),
	protobuf: (collection) => ProtobufMetricsSerializer.serializeRequest(collection),
};

/** The serializer of log records. */
export const logSerializer: Serializer<ReadableLogRecord[]> = {
	json: (records) => encodeLogs(records),
	protobuf: (records) => ProtobufLogsSerializer.serializeRequest(records),
};
