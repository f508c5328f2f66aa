import type { ExportResponse } from '@opentelemetry/otlp-exporter-base';
import { messagesIn, numberIn } from '../../delivery/sending/protobuf.js';
import type { SendResult } from '../../delivery/sending/transport.js';

/** The codes of gRPC that the specification of OTLP calls retryable, but for `RESOURCE_EXHAUSTED`. */
const RETRYABLE = [1, 4, 10, 11, 14, 15];
const RESOURCE_EXHAUSTED = 8;

/** A message that is larger than the server takes is exhaustion too, and gRPC has no code of its own for it. */
const TOO_LARGE = /larger than max|too large|message size|exceeds/i;

/**
 * What an answer that is none of success means: the specification of OTLP, "Failures", for HTTP and for gRPC. What
 * never reached a backend, such as a name that is not found or a certificate that is not trusted, is no answer to what
 * was sent: it waits.
 */
export function sendResultOf(response: Exclude<ExportResponse, { status: 'success' }>): SendResult {
	if (response.status === 'retryable') {
		// OpenTelemetry makes -1 of a `Retry-After: 0`.
		const { retryInMillis: afterMs } = response;
		const error = response.error ?? new Error('the backend is busy, and asks to try again');
		return { kind: 'later', error, ...(afterMs !== undefined && afterMs > 0 && { afterMs }) };
	}
	const error: unknown = response.error;
	const { code, data, details, metadata } = (error ?? {}) as Record<string, unknown>;
	if (typeof code !== 'number') {
		return typeof code === 'string' ? { kind: 'later', error } : { kind: 'never', error };
	}
	if (metadata !== undefined) return ofGrpc(code, error, String(details ?? ''), metadata as Metadata);
	const answer = typeof data === 'string' ? data : undefined;
	return { kind: code === 413 ? 'smaller' : 'never', error, answer };
}

interface Metadata {
	get(name: string): unknown[];
}

function ofGrpc(code: number, error: unknown, details: string, metadata: Metadata): SendResult {
	if (RETRYABLE.includes(code)) {
		const afterMs = retryDelay(metadata);
		return { kind: 'later', error, ...(afterMs !== undefined && { afterMs }) };
	}
	if (code !== RESOURCE_EXHAUSTED) return { kind: 'never', error, answer: details };
	const afterMs = retryDelay(metadata);
	if (afterMs !== undefined) return { kind: 'later', error, afterMs };
	return { kind: TOO_LARGE.test(details) ? 'smaller' : 'never', error, answer: details };
}

/**
 * The delay in milliseconds of a `google.rpc.RetryInfo` among the details of a status:
 * `Status { details = 3: Any { type_url = 1, value = 2: RetryInfo { retry_delay = 1: Duration { seconds = 1, nanos = 2 } } } }`.
 */
function retryDelay(metadata: Metadata): number | undefined {
	try {
		for (const status of metadata.get('grpc-status-details-bin')) {
			if (!Buffer.isBuffer(status)) continue;
			for (const any of messagesIn(status, 3)) {
				if (!messagesIn(any, 1).some((type) => type.toString('latin1').endsWith('google.rpc.RetryInfo'))) continue;
				const [info = Buffer.alloc(0)] = messagesIn(any, 2);
				const [delay = Buffer.alloc(0)] = messagesIn(info, 1);
				return numberIn(delay, 1) * 1000 + numberIn(delay, 2) / 1e6;
			}
		}
	} catch {
		// A detail that cannot be read says nothing.
	}
	return undefined;
}
