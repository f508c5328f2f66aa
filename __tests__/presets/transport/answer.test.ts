import { describe, expect, it } from '@jest/globals';
import { acceptedIf, partialSuccessOfProtobuf, textOf } from '../../../presets/transport/answer.js';
import { cutError, faultResult } from '../../../presets/transport/connection-faults.js';
import { grpcResult } from '../../../presets/transport/grpc-status.js';
import { statusResult } from '../../../presets/transport/http-status.js';

/** `{ partial_success = 1: { rejected = 1, error_message = 2 } }` */
const partial = (rejected: number[], message = '') => {
	const text = Buffer.from(message);
	const inner = Buffer.concat([
		Buffer.from([8, ...rejected]),
		...(message === '' ? [] : [Buffer.from([0x12, text.length]), text]),
	]);
	return Buffer.concat([Buffer.from([0x0a, inner.length]), inner]);
};
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json; charset=utf-8';

describe('an answer with the status 200', () => {
	it.each([
		['an empty body without a type', undefined, Buffer.alloc(0), 0],
		['an empty body of text/plain', 'text/plain', Buffer.alloc(0), 0],
		['an empty body of protobuf', PROTOBUF, Buffer.alloc(0), 0],
		['an empty object', JSON_TYPE, json({}), 0],
		['a partial success in protobuf', PROTOBUF, partial([3]), 3],
		['another name of the type', 'Application/Protobuf', partial([3]), 3],
		['one without a type', undefined, partial([2]), 2],
		['JSON without a type', undefined, json({ partialSuccess: { rejectedSpans: '4' } }), 4],
		['rejected data points', JSON_TYPE, json({ partialSuccess: { rejectedDataPoints: 5 } }), 5],
		['rejected log records', JSON_TYPE, json({ partial_success: { rejectedLogRecords: 6 } }), 6],
		['members of a later version', JSON_TYPE, json({ took: 3, partialSuccess: {} }), 0],
		['a negative number in JSON', JSON_TYPE, json({ partialSuccess: { rejectedSpans: -2 } }), 0],
		['a negative number in protobuf', PROTOBUF, partial([...Array(9).fill(0xff), 1]), 0],
		['a number that is none', JSON_TYPE, json({ partialSuccess: { rejectedSpans: 'many' } }), 0],
		['an unknown field', PROTOBUF, Buffer.from([0x52, 1, 65]), 0],
	])('and %s is accepted', (_, type, body, rejected) => {
		expect(acceptedIf(200, type, body)).toMatchObject({ kind: 'accepted', rejected });
	});

	it.each([
		['HTML', 'text/html', Buffer.from('<html>'), 'text/html, "<html>"'],
		['an empty page of HTML', 'text/html', Buffer.alloc(0), 'text/html'],
		['"OK"', 'text/plain', Buffer.from('OK'), 'text/plain, "OK"'],
		['an image', 'image/png', Buffer.from([0x89, 0x50]), 'image/png'],
		['a list', JSON_TYPE, json([]), 'application/json, "[]"'],
		['null', JSON_TYPE, json(null), 'application/json, "null"'],
		['half of a JSON text', JSON_TYPE, Buffer.from('{"a'), 'application/json, "{"a"'],
		['an error in JSON', JSON_TYPE, json({ error: 'quota' }), 'application/json'],
		['errors in JSON', JSON_TYPE, json({ errors: [1] }), 'application/json'],
		['a google.rpc.Status in JSON', JSON_TYPE, json({ code: 16, message: 'no' }), 'application/json'],
		['a partial success that is a text', JSON_TYPE, json({ partialSuccess: 'none' }), 'application/json'],
		['a google.rpc.Status in protobuf', PROTOBUF, Buffer.from([8, 16, 0x12, 2, 110, 111]), PROTOBUF],
		['a message that is cut', PROTOBUF, partial([3]).subarray(0, 3), PROTOBUF],
		['a field with the number 0', PROTOBUF, Buffer.from([0, 1]), PROTOBUF],
		['HTML that is called protobuf', PROTOBUF, Buffer.from('<html>'), PROTOBUF],
	])('and %s is no receipt', (_, type, body, shown) => {
		const result = acceptedIf(200, type, body);
		expect(result.kind).toBe('badBackend');
		expect(String((result as { error: unknown }).error)).toContain(`the answer is not OTLP: 200 with ${shown}`);
	});

	it('has its message printed without what a terminal obeys', () => {
		expect(acceptedIf(200, PROTOBUF, partial([1], 'a\x1b[2Jb\u202e'))).toEqual({
			...{ kind: 'accepted', rejected: 1, message: 'a [2Jb' },
		});
		expect(acceptedIf(200, JSON_TYPE, json({ partialSuccess: { errorMessage: 'slow' } }))).toEqual({
			...{ kind: 'accepted', rejected: 0, message: 'slow' },
		});
		expect(partialSuccessOfProtobuf(partial([1], 'why'))).toEqual({ rejected: 1, message: 'why' });
	});
});

describe('the text of another answer', () => {
	it('is the message of its status, or the body, on one line', () => {
		expect(textOf('application/x-protobuf', Buffer.from([8, 3, 0x12, 2, 110, 111]))).toBe('no');
		expect(textOf('application/json', json({ code: 3, message: 'too\nold' }))).toBe('too old');
		expect(textOf('application/json', json({ detail: 1 }))).toBe('{"detail":1}');
		expect(textOf('application/json', Buffer.from('{'))).toBe('{');
		expect(textOf('text/plain', Buffer.from('no\x07'))).toBe('no');
		expect(textOf(undefined, Buffer.alloc(0))).toBeUndefined();
		expect(textOf(undefined, Buffer.from('x'.repeat(9000)))?.length).toBe(2000);
	});
});

describe('an HTTP status', () => {
	const kindOf = (status: number) => statusResult({ status, phrase: 'Phrase' }).kind;
	it('is about the records if it is 400 or 413, and about a moment if it is 429, 502, 503 or 504', () => {
		expect([400, 413].map(kindOf)).toEqual(['badBody', 'badBody']);
		expect([429, 502, 503, 504].map(kindOf)).toEqual(Array(4).fill('retry'));
		const others = [
			101, 300, 301, 302, 307, 401, 402, 403, 404, 405, 406, 408, 409, 410, 415, 422, 431, 500, 501, 505, 599,
		];
		expect(others.map(kindOf)).toEqual(others.map(() => 'badBackend'));
		expect(statusResult({ status: 413, phrase: '' })).toMatchObject({ tooLarge: true });
		expect(statusResult({ status: 400, phrase: '', answer: 'why' })).toMatchObject({ answer: 'why' });
		expect(statusResult({ status: 400, phrase: '' })).not.toHaveProperty('tooLarge');
	});

	it('is shown with its phrase, and where it redirects to, without secrets and controls', () => {
		const message = (failure: Parameters<typeof statusResult>[0]) =>
			String((statusResult(failure) as { error: Error }).error.message);
		expect(message({ status: 500, phrase: 'a\x1b[31mb' })).toBe('500 a [31mb');
		expect(message({ status: 500, phrase: '' })).toBe('500');
		expect(message({ status: 500, phrase: 'x'.repeat(999) }).length).toBe(104);
		expect(message({ status: 302, phrase: 'Found', location: 'https://me:pw@there.example/in?token=1#a' })).toBe(
			'302 Found to https://there.example/in',
		);
	});

	it('has the delay of its Retry-After: seconds or a date', () => {
		const delay = (retryAfter: string, status = 503) =>
			(statusResult({ status, phrase: '', retryAfter }) as { afterMs?: number }).afterMs;
		expect([delay('2'), delay(' 7 '), delay('0'), delay('soon'), delay('-1'), delay('3', 500)]).toEqual([
			2000,
			7000,
			undefined,
			undefined,
			undefined,
			3000,
		]);
		const date = delay(new Date(Date.now() + 60_000).toUTCString()) ?? 0;
		expect(Math.round(date / 10_000)).toBe(6);
		expect(delay(new Date(Date.now() - 60_000).toUTCString())).toBeUndefined();
	});
});

describe('a gRPC status', () => {
	const kindOf = (code: number, details = 'no') => grpcResult({ code, details }).kind;
	it('is about the records if it is INVALID_ARGUMENT, and about a moment if OTLP defines it as retryable', () => {
		expect(kindOf(3)).toBe('badBody');
		expect([1, 4, 10, 11, 14, 15].map((code) => kindOf(code))).toEqual(Array(6).fill('retry'));
		expect([2, 5, 6, 7, 8, 9, 12, 13, 16, 99].map((code) => kindOf(code))).toEqual(Array(10).fill('badBackend'));
	});

	it.each([
		[8, 'grpc: received message larger than max (5000000 vs. 4194304)'],
		[8, 'gRPC message exceeds maximum size 4194304: 5000000'],
		[11, 'Error, decoded message length too large: found 5 bytes, the limit is: 4 bytes'],
	])('%d with "%s" is about the size', (code, details) => {
		expect(grpcResult({ code, details })).toMatchObject({ kind: 'badBody', tooLarge: true, answer: details });
	});

	it('has the delay of its RetryInfo, which makes RESOURCE_EXHAUSTED one of a moment', () => {
		const field = (number: number, inner: Buffer) =>
			Buffer.concat([Buffer.from([number * 8 + 2, inner.length]), inner]);
		const details = (type: string) =>
			Buffer.concat([
				Buffer.from([8, 8]),
				field(
					3,
					Buffer.concat([field(1, Buffer.from(type)), field(2, field(1, Buffer.from([8, 2, 16, 0xc0, 0x84, 0x3d])))]),
				),
			]).toString('base64');
		const info = details('type.googleapis.com/google.rpc.RetryInfo');
		expect(grpcResult({ code: 8, details: 'quota', statusDetails: info })).toMatchObject({
			kind: 'retry',
			afterMs: 2001,
		});
		expect(grpcResult({ code: 14, details: '', statusDetails: info })).toMatchObject({ kind: 'retry', afterMs: 2001 });
		expect(grpcResult({ code: 16, details: '', statusDetails: info })).toMatchObject({
			kind: 'badBackend',
			afterMs: 2001,
		});
		const other = details('type.googleapis.com/google.rpc.DebugInfo');
		expect(grpcResult({ code: 8, details: 'quota', statusDetails: other }).kind).toBe('badBackend');
		expect(grpcResult({ code: 8, details: 'quota', statusDetails: '!!' })).not.toHaveProperty('afterMs');
	});

	it('is shown with its name and its decoded message, without controls', () => {
		const message = (code: number, details: string) =>
			(grpcResult({ code, details }) as { error: Error }).error.message;
		expect(message(16, 'the%20key%1B[2J')).toBe('16 UNAUTHENTICATED: the key [2J');
		expect(message(7, '100%')).toBe('7 PERMISSION_DENIED: 100%');
		expect(message(99, 'x')).toBe('99 UNKNOWN: x');
	});
});

it('a fault of a connection passes, or lasts until something is corrected', () => {
	const kindOf = (code: string | undefined) => faultResult(Object.assign(new Error('no'), { code })).kind;
	const lasting = ['ENOTFOUND', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'];
	const more = [
		'ERR_TLS_CERT_ALTNAME_INVALID',
		'ERR_SSL_WRONG_VERSION_NUMBER',
		'HPE_INVALID_CONSTANT',
		'ERR_HTTP2_ERROR',
	];
	expect([...lasting, ...more, 'EPROTO', 'ERR_INVALID_CHAR'].map(kindOf)).toEqual(Array(10).fill('badBackend'));
	const passing = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'EPIPE', 'EHOSTUNREACH', undefined];
	expect(passing.map(kindOf)).toEqual(Array(7).fill('retry'));
	expect(['ERR_HTTP2_SESSION_ERROR', 'ERR_HTTP2_STREAM_ERROR'].map(kindOf)).toEqual(['retry', 'retry']);
	expect(cutError('gone')).toMatchObject({ message: 'gone', code: 'ECONNRESET' });
});
