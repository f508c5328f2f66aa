import { JsonLogsSerializer, JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { OddNumbers } from './json-numbers.js';

/** Makes whole lines of a batch, each ended by `\n`. Throws what the serializer does on a record it cannot encode. */
export type Encode<T> = (batch: readonly T[]) => Uint8Array;

export const encodeSpans: Encode<ReadableSpan> = (spans) => {
	const odd = new OddNumbers();
	return line(JsonTraceSerializer.serializeRequest(spans.map((span) => odd.span(span))), odd);
};

export const encodeLogs: Encode<ReadableLogRecord> = (records) => {
	const odd = new OddNumbers();
	return line(JsonLogsSerializer.serializeRequest(records.map((record) => odd.log(record))), odd);
};

/** Each collection is a line of its own: the serializer takes one. */
export const encodeMetrics: Encode<ResourceMetrics> = (collections) =>
	Buffer.concat(
		collections.map((collection) => {
			const odd = new OddNumbers();
			return line(JsonMetricsSerializer.serializeRequest(odd.metrics(collection)), odd);
		}),
	);

function line(encoded: Uint8Array | undefined, odd: OddNumbers): Uint8Array {
	if (encoded === undefined) throw new Error('OpenTelemetry made no JSON of a batch.');
	if (odd.found) return Buffer.from(`${odd.restore(Buffer.from(encoded).toString('utf8'))}\n`);
	return Buffer.concat([encoded, NEWLINE]);
}

const NEWLINE = Buffer.from('\n');
