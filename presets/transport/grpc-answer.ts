import type { ClientHttp2Stream, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import type { SendResult } from '../../delivery/sending/transport.js';
import { platform } from '../../lib/runtime/platform.js';
import { accepted, MAX_ANSWER_BYTES, notOtlp, partialSuccessOfProtobuf } from './answer.js';
import { cutError, faultResult } from './connection-faults.js';
import { grpcResult } from './grpc-status.js';
import { gunzip } from './gzip.js';
import { statusResult } from './http-status.js';

/** Each message has a byte that tells whether it is compressed, and four bytes of length, before it. */
const PREFIX_BYTES = 5;

/** Returns a message as a call sends it. */
export function framed(message: Uint8Array, compressed: boolean): Buffer {
	const prefix = Buffer.alloc(PREFIX_BYTES);
	prefix[0] = compressed ? 1 : 0;
	prefix.writeUInt32BE(message.length, 1);
	return Buffer.concat([prefix, message]);
}

/**
 * Reads the answer to a unary call, up to a limit.
 *
 * @param end - receives what the answer means, at least once; `whole` if the stream has ended in order, so that the
 *   connection is sound
 */
export function readAnswer(stream: ClientHttp2Stream, end: (result: SendResult, whole: boolean) => void): void {
	const chunks: Buffer[] = [];
	let length = 0;
	let encoding = 'identity';
	let trailers: IncomingHttpHeaders | undefined;
	let isEnded = false;
	const endIfWhole = () => {
		if (trailers === undefined || !isEnded) return;
		const status = trailers;
		void messageResult(Buffer.concat(chunks), encoding).then((result) => {
			const failure = failureOf(status);
			end(failure ?? result, true);
		});
	};
	stream.on('response', (headers) => {
		const failure = headerResult(headers);
		if (failure !== undefined) end(failure, headers['grpc-status'] !== undefined);
		encoding = String(headers['grpc-encoding'] ?? 'identity');
	});
	stream.on('data', (chunk: Buffer) => {
		chunks.push(chunk);
		length += chunk.length;
		if (length > MAX_ANSWER_BYTES) end(notOtlp(`a message with more than ${MAX_ANSWER_BYTES} bytes`), false);
	});
	stream.on('trailers', (headers) => {
		trailers = headers;
		endIfWhole();
	});
	stream.on('end', () => {
		isEnded = true;
		endIfWhole();
	});
	stream.on('error', (error) => platform.setImmediate(() => end(faultResult(error), false)));
	stream.on('close', () => {
		if (trailers !== undefined) return;
		const { rstCode } = stream;
		const isWhole = isEnded && rstCode === 0;
		const result = isWhole ? noStatus() : faultResult(cutError(`the stream was closed with code ${rstCode}`));
		// The session's own error says more, and follows in the same turn.
		platform.setImmediate(() => end(result, false));
	});
}

function noStatus(): SendResult {
	return notOtlp('a gRPC response without grpc-status');
}

/** Returns what the headers of a response mean, if they decide: a status without a message, or no gRPC at all. */
function headerResult(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): SendResult | undefined {
	if (headers['grpc-status'] !== undefined) return failureOf(headers) ?? notOtlp('a gRPC response without a message');
	const status = Number(headers[':status']);
	const type = String(headers['content-type'] ?? 'no content type');
	if (status === 200) return type.startsWith('application/grpc') ? undefined : notOtlp(`200 with ${type} over HTTP/2`);
	const failure = statusResult({ status, phrase: 'over HTTP/2', retryAfter: headers['retry-after'] });
	// Not the service has answered but something before it. Of the records it can only know their size.
	const isAboutRecords = failure.kind === 'badBody' && failure.tooLarge !== true;
	return isAboutRecords ? { kind: 'badBackend', error: failure.error } : failure;
}

/** Returns what a status other than OK means; undefined for OK. */
function failureOf(headers: IncomingHttpHeaders): SendResult | undefined {
	const text = headers['grpc-status'];
	if (text === undefined) return noStatus();
	const code = Number(text);
	if (code === 0 && text !== '') return undefined;
	return grpcResult({
		code: Number.isInteger(code) ? code : 2,
		details: String(headers['grpc-message'] ?? ''),
		statusDetails: headers['grpc-status-details-bin'] as string | undefined,
	});
}

/** Returns what the message of a successful call means. Never rejects. */
async function messageResult(data: Buffer, encoding: string): Promise<SendResult> {
	try {
		const body = data.subarray(PREFIX_BYTES);
		if (data.length < PREFIX_BYTES || data.readUInt32BE(1) !== body.length) throw new Error('It is not one message.');
		const isCompressed = data[0] === 1;
		if (isCompressed && encoding !== 'gzip') throw new Error('It is compressed in another way.');
		return accepted(partialSuccessOfProtobuf(isCompressed ? await gunzip(body, MAX_ANSWER_BYTES) : body));
	} catch {
		return notOtlp('a gRPC message that is no response of OTLP');
	}
}
