import { messagesIn, numberIn } from '../../delivery/sending/protobuf.js';
import type { SendResult } from '../../delivery/sending/transport.js';
import { printable } from '../../lib/diagnostics/printable.js';
import { MAX_TEXT } from './answer.js';

/** The status that ends a call. */
export interface GrpcStatus {
	readonly code: number;
	/** The status's message, percent-encoded. */
	readonly details: string;
	/** The value of `grpc-status-details-bin`: a `google.rpc.Status` in base64. */
	readonly statusDetails?: string | undefined;
}

/** The names of the status codes, by number. */
const NAMES = [
	...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
	...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
	...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];

/** The status codes that the specification of OTLP defines as retryable, except for `RESOURCE_EXHAUSTED`. */
const RETRYABLE = [1, 4, 10, 11, 14, 15];
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const OUT_OF_RANGE = 11;

/** The texts of servers that refuse a message because of its size: gRPC has no code for it. */
const TOO_LARGE = /larger than max|too large|message size|exceeds maximum size|exceeds the max/i;

/**
 * Returns what a status other than OK means, as the specification of OTLP defines it in "Failures".
 * `INVALID_ARGUMENT` and a size that a server names are about the records. Every other status that is not retryable is
 * about the backend: a key, a service that it does not have, a fault of its own.
 */
export function grpcResult({ code, details, statusDetails }: GrpcStatus): SendResult {
	const text = printable(decoded(details), MAX_TEXT);
	const error = new Error(`${code} ${NAMES[code] ?? 'UNKNOWN'}: ${text}`);
	const afterMs = statusDetails === undefined ? undefined : retryDelayMs(statusDetails);
	const retry: SendResult = { kind: 'retry', error, ...(afterMs !== undefined && { afterMs }) };
	const isSize = TOO_LARGE.test(text) && (code === RESOURCE_EXHAUSTED || code === OUT_OF_RANGE);
	// A backend that states a delay is busy, whatever else it states.
	if (afterMs !== undefined && (code === RESOURCE_EXHAUSTED || RETRYABLE.includes(code))) return retry;
	if (isSize) return { kind: 'badBody', tooLarge: true, error, answer: text };
	if (RETRYABLE.includes(code)) return retry;
	if (code === INVALID_ARGUMENT) return { kind: 'badBody', error, answer: text };
	return { kind: 'badBackend', error, ...(afterMs !== undefined && { afterMs }) };
}

/** Returns a percent-encoded text; unchanged if it is not legal. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/**
 * Returns the delay in milliseconds of a `google.rpc.RetryInfo` in the details of a status, or undefined if there is
 * none. The fields that are read:
 *
 *     Status { details = 3: Any { type_url = 1, value = 2 } }
 *     RetryInfo { retry_delay = 1: Duration { seconds = 1, nanos = 2 } }
 */
function retryDelayMs(statusDetails: string): number | undefined {
	try {
		for (const any of messagesIn(Buffer.from(statusDetails, 'base64'), 3)) {
			if (!messagesIn(any, 1).some((type) => type.toString('latin1').endsWith('google.rpc.RetryInfo'))) continue;
			const [info = Buffer.alloc(0)] = messagesIn(any, 2);
			const [delay = Buffer.alloc(0)] = messagesIn(info, 1);
			return numberIn(delay, 1) * 1000 + numberIn(delay, 2) / 1e6;
		}
	} catch {
		// A detail that cannot be decoded contains no delay.
	}
	return undefined;
}
