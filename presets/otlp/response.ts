import type { ExportResponse } from '@opentelemetry/otlp-exporter-base';
import { messagesIn, numberIn } from '../../delivery/sending/protobuf.js';
import type { SendResult } from '../../delivery/sending/transport.js';

/** The gRPC status codes that the specification of OTLP defines as retryable, except for `RESOURCE_EXHAUSTED`. */
const RETRYABLE = [1, 4, 10, 11, 14, 15];
const RESOURCE_EXHAUSTED = 8;

/** The texts of servers that refuse a message because of its size. gRPC has no code for it but `RESOURCE_EXHAUSTED`. */
const TOO_LARGE = /larger than max|too large|message size|exceeds/i;

/**
 * Returns what a response other than success means, as the specification of OTLP defines it in "Failures", for HTTP and
 * for gRPC. A request that never reached a backend, because a name is not found or a certificate is not trusted, is not
 * a response to its records: they wait.
 */
export function sendResultOf(response: Exclude<ExportResponse, { status: 'success' }>): SendResult {
	if (response.status === 'retryable') {
		// OpenTelemetry converts `Retry-After: 0` to -1.
		const { retryInMillis: afterMs } = response;
		const error = response.error ?? new Error('the backend is busy and requests a retry');
		return { kind: 'later', error, ...(afterMs !== undefined && afterMs > 0 && { afterMs }) };
	}
	const error: unknown = response.error;
	const { code, data, details, metadata } = (error ?? {}) as Record<string, unknown>;
	// The code of an HTTP or gRPC status is a number, that of a network or TLS error a string.
	if (typeof code !== 'number') {
		return typeof code === 'string' ? { kind: 'later', error } : { kind: 'never', error };
	}
	if (metadata !== undefined) return grpcResult(code, error, String(details ?? ''), metadata as GrpcMetadata);
	const answer = typeof data === 'string' ? data : undefined;
	return { kind: code === 413 ? 'smaller' : 'never', error, answer };
}

/** The part of gRPC's metadata that is read here. */
interface GrpcMetadata {
	get(name: string): unknown[];
}

/** @param details - the message of the gRPC status */
function grpcResult(code: number, error: unknown, details: string, metadata: GrpcMetadata): SendResult {
	if (RETRYABLE.includes(code)) {
		const afterMs = retryDelayMs(metadata);
		return { kind: 'later', error, ...(afterMs !== undefined && { afterMs }) };
	}
	if (code !== RESOURCE_EXHAUSTED) return { kind: 'never', error, answer: details };
	// Exhaustion is retryable only if the server states a delay.
	const afterMs = retryDelayMs(metadata);
	if (afterMs !== undefined) return { kind: 'later', error, afterMs };
	return { kind: TOO_LARGE.test(details) ? 'smaller' : 'never', error, answer: details };
}

/**
 * Returns the delay in milliseconds of a `google.rpc.RetryInfo` in the details of a status, or undefined if there is
 * none. The fields that are read:
 *
 *     Status { details = 3: Any { type_url = 1, value = 2 } }
 *     RetryInfo { retry_delay = 1: Duration { seconds = 1, nanos = 2 } }
 */
function retryDelayMs(metadata: GrpcMetadata): number | undefined {
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
		// A detail that cannot be decoded contains no delay.
	}
	return undefined;
}
