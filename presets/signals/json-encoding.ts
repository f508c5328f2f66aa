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

/**
 * Restores the numbers that were replaced, makes the text well-formed and appends the line break. The encoded text is
 * decoded only if needed.
 */
function lineOf(encoded: Uint8Array | undefined, numbers: NumberSubstitution): Uint8Array {
	if (encoded === undefined) throw new Error("OpenTelemetry's JSON serializer returned nothing for a batch.");
	const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
	const hasLoneSurrogates = bytes.includes(SURROGATE_ESCAPE);
	if (!numbers.hasReplaced && !hasLoneSurrogates) return Buffer.concat([bytes, NEWLINE]);
	const text = bytes.toString('utf8');
	const wellFormed = hasLoneSurrogates ? text.replace(LONE_SURROGATE, '$1\ufffd') : text;
	return Buffer.from(`${numbers.hasReplaced ? numbers.restore(wellFormed) : wellFormed}\n`);
}

/**
 * `JSON.stringify` escapes a surrogate without its pair, and nothing else that begins with these letters but a backslash
 * in a text. Readers of JSON refuse the whole line because of it (jq, protobuf), so U+FFFD is written in its place.
 */
const SURROGATE_ESCAPE = '\\ud';
const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

const NEWLINE = Buffer.from('\n');
