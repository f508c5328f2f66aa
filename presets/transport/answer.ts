import { messagesIn, readFields } from '../../delivery/sending/protobuf.js';
import type { SendResult } from '../../delivery/sending/transport.js';
import { printable } from '../../lib/diagnostics/printable.js';

/** How many bytes of a response are read (256 KiB), before and after it is decompressed. OTLP's answers are short. */
export const MAX_ANSWER_BYTES = 256 * 2 ** 10;

/** How many characters of a text of a response are kept. */
export const MAX_TEXT = 2000;

/** The part of OTLP's response that reports refused records. */
interface PartialSuccess {
	/** How many records the backend has refused. */
	readonly rejected: number;
	/** Why, or a warning if it has refused none. */
	readonly message: string;
}

/** The members that hold the number of refused records in JSON, one for each signal. */
const REJECTED = ['rejectedSpans', 'rejectedDataPoints', 'rejectedLogRecords'];

/**
 * Returns what the body of a successful response means. A status alone is no receipt: a login page, a captive portal or
 * a single-page application answers 200 to everything. An empty body is OTLP's response without any member.
 *
 * @param status - for the message
 * @param type - the content type; undefined if the response has none
 * @param body - the body, decompressed
 */
export function acceptedIf(status: number, type: string | undefined, body: Buffer): SendResult {
	const mediaType = type?.split(';')[0]?.trim().toLowerCase();
	try {
		return accepted(partialSuccess(mediaType, body));
	} catch {
		return notOtlp(`${status} with ${describe(mediaType, body)}`);
	}
}

/** Returns the result of a response of OTLP. */
export function accepted({ rejected, message }: PartialSuccess): SendResult {
	return { kind: 'accepted', rejected, ...(message !== '' && { message: printable(message, MAX_TEXT) }) };
}

/** Returns the result of a response that is not one of OTLP. */
export function notOtlp(got: string): SendResult {
	return { kind: 'badBackend', error: new Error(`the answer is not OTLP: ${got}`) };
}

/** @throws if the body is not a response of OTLP */
function partialSuccess(type: string | undefined, body: Buffer): PartialSuccess {
	if (type !== undefined && !/^(application\/|text\/plain$)/.test(type)) throw new Error('It is of another type.');
	if (body.length === 0) return { rejected: 0, message: '' };
	if (type === 'application/json') return partialSuccessOfJson(body);
	if (type === 'application/x-protobuf' || type === 'application/protobuf') return partialSuccessOfProtobuf(body);
	// A backend that does not name the type is read in the form that its first byte suggests: `{` is no protobuf here.
	return body[0] === 0x7b ? partialSuccessOfJson(body) : partialSuccessOfProtobuf(body);
}

/** Field 1 is the partial success, whose field 1 is a number and whose field 2 is a text. @throws if it is not */
export function partialSuccessOfProtobuf(body: Buffer): PartialSuccess {
	let [rejected, message] = [0, ''];
	for (const { number, value } of readFields(body)) {
		if (number === 0) throw new Error('No field has the number 0.');
		if (number !== 1) continue;
		if (!Buffer.isBuffer(value)) throw new Error('The partial success is no message.');
		for (const inner of readFields(value)) {
			if (inner.number === 1 && typeof inner.value === 'number') rejected = countOf(inner.value);
			if (inner.number === 2 && Buffer.isBuffer(inner.value)) message = inner.value.toString('utf8');
		}
	}
	return { rejected, message };
}

/** @throws if the body is not a JSON object, or if it is an error in the form of JSON */
function partialSuccessOfJson(body: Buffer): PartialSuccess {
	const answer: unknown = JSON.parse(body.toString('utf8'));
	if (!isObject(answer)) throw new Error('It is no object.');
	if (answer['error'] || answer['errors'] || (answer['code'] && answer['message'])) throw new Error('It is an error.');
	const partial = answer['partialSuccess'] ?? answer['partial_success'] ?? {};
	if (!isObject(partial)) throw new Error('The partial success is no object.');
	const rejected = REJECTED.map((name) => partial[name]).find((value) => value !== undefined) ?? 0;
	return { rejected: countOf(Number(rejected)), message: String(partial['errorMessage'] ?? '') };
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns a number of records; 0 for what is not one, such as a negative number, which in protobuf is very large. */
function countOf(value: number): number {
	return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** Returns the type and the beginning of a body, for a message. */
function describe(type: string | undefined, body: Buffer): string {
	const text = printable(body.toString('utf8', 0, 200), 60);
	return `${type ?? 'no content type'}${text === '' ? '' : `, "${text}"`}`;
}

/**
 * Returns the text of a response that is not successful: the message of its `google.rpc.Status`, which OTLP encodes as
 * the request is, or the body itself.
 */
export function textOf(type: string | undefined, body: Buffer): string | undefined {
	let text = body.toString('utf8');
	try {
		if (/protobuf/.test(type ?? '')) text = messagesIn(body, 2)[0]?.toString('utf8') ?? text;
		else if (/json/.test(type ?? '')) text = statusMessageOf(JSON.parse(text)) ?? text;
	} catch {
		// A body that cannot be decoded is its own text.
	}
	return text === '' ? undefined : printable(text, MAX_TEXT);
}

function statusMessageOf(status: unknown): string | undefined {
	return isObject(status) && typeof status['message'] === 'string' ? status['message'] : undefined;
}
