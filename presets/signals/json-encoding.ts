import { JsonLogsSerializer, JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { NumberSubstitution } from './json-numbers.js';

/**
 * Encodes a batch as whole lines of OTLP JSON, each ended by `\n`.
 *
 * @throws the error of OpenTelemetry's serializer if it cannot encode a record
 */
export type Encode<T> = (batch: readonly T[]) => Uint8Array;

/** Encodes spans as one line, an `ExportTraceServiceRequest`. */
export const encodeSpans: Encode<ReadableSpan> = (spans) => {
	const numbers = new NumberSubstitution();
	return lineOf(JsonTraceSerializer.serializeRequest(spans.map((span) => numbers.span(span))), numbers);
};

/** Encodes log records as one line, an `ExportLogsServiceRequest`. */
export const encodeLogs: Encode<ReadableLogRecord> = (records) => {
	const numbers = new NumberSubstitution();
	return lineOf(JsonLogsSerializer.serializeRequest(records.map((record) => numbers.log(record))), numbers);
};

/** Encodes each collection as a line, an `ExportMetricsServiceRequest`: the serializer accepts only one collection. */
export const encodeMetrics: Encode<ResourceMetrics> = (collections) =>
	Buffer.concat(
		collections.map((collection) => {
			const numbers = new NumberSubstitution();
			return lineOf(JsonMetricsSerializer.serializeRequest(numbers.metrics(collection)), numbers);
		}),
	);

/** Restores the numbers that were replaced and appends the line break. The encoded text is decoded only if needed. */
function lineOf(encoded: Uint8Array | undefined, numbers: NumberSubstitution): Uint8Array {
	if (encoded === undefined) throw new Error("OpenTelemetry's JSON serializer returned nothing for a batch.");
	if (numbers.hasReplaced) return Buffer.from(`${numbers.restore(Buffer.from(encoded).toString('utf8'))}\n`);
	return Buffer.concat([encoded, NEWLINE]);
}

const NEWLINE = Buffer.from('\n');
