import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { redactTextAtWrite } from '../../redaction/settings.js';
import {
	ATTR_EXCEPTION_MESSAGE,
	ATTR_EXCEPTION_STACKTRACE,
	ATTR_EXCEPTION_TYPE,
} from '../../runtime/names.generated.js';
import { readProperty } from '../../runtime/read-property.js';
import { captureSettings, type ErrorContent } from '../capture/settings.js';
import { cutAtBlank } from './attribute-values.js';

/**
 * Records a failure on a span: status ERROR with the message, and one event `exception`.
 *
 * @param type - the `error.type` of the outcome
 * @param option - `type` leaves message and stack out; undefined: the setting of the configuration
 */
export function writeFailure(span: Span, error: unknown, type: string, option?: ErrorContent): void {
	writeException(span, error, type, option);
	writeErrorStatus(span, error, option);
}

/**
 * Adds an event `exception` to a span. It does not call `span.recordException`, because that uses `error.code` as the
 * type, and reads properties of the error that may throw.
 *
 * @param type - the `error.type` of the error
 * @param option - `type` leaves message and stack out; undefined: the setting of the configuration
 */
export function writeException(span: Span, error: unknown, type: string, option?: ErrorContent): void {
	const typeAttributes = { [ATTR_EXCEPTION_TYPE]: exceptionType(error, type) };
	if (isTypeOnly(option)) {
		span.addEvent('exception', typeAttributes);
		return;
	}
	const stack = stackWithCauses(error);
	span.addEvent('exception', {
		...typeAttributes,
		[ATTR_EXCEPTION_MESSAGE]: redactedMessage(error),
		...(stack === undefined
			? undefined
			: { [ATTR_EXCEPTION_STACKTRACE]: redactTextAtWrite(ATTR_EXCEPTION_STACKTRACE, stack) }),
	});
}

/**
 * Sets the status ERROR on a span, with the message of the error.
 *
 * @param option - `type` leaves the message out; undefined: the setting of the configuration
 */
export function writeErrorStatus(span: Span, error: unknown, option?: ErrorContent): void {
	if (isTypeOnly(option)) span.setStatus({ code: SpanStatusCode.ERROR });
	else span.setStatus({ code: SpanStatusCode.ERROR, message: redactedMessage(error) });
}

/** True if only the type of an error is written. */
function isTypeOnly(option: ErrorContent | undefined): boolean {
	return (option ?? captureSettings().errors) === 'type';
}

/** Returns the message of an error without secrets. */
function redactedMessage(error: unknown): string {
	return redactTextAtWrite(ATTR_EXCEPTION_MESSAGE, cutAtBlank(messageOf(error), MAX_CHARACTERS));
}

/** The most characters of a message or of a stack with its causes: an error may quote a response of megabytes. */
const MAX_CHARACTERS = 16_384;

/** The most errors whose stacks are written: the error itself, its causes, and the errors of an AggregateError. */
const MAX_ERRORS = 16;

/**
 * Returns the stack of an error, followed by those of its causes and of the errors of an AggregateError: `fetch failed`
 * and `All promises were rejected` alone explain nothing. A cause without a stack is written as its message. Undefined if
 * the error has no stack and no cause. Never throws.
 */
function stackWithCauses(error: unknown): string | undefined {
	const seen = new Set<unknown>();
	const texts: string[] = [];
	let length = 0;
	/** Adds an error and what it refers to, until the text is long enough. */
	const add = (label: string, value: unknown): void => {
		if (value === undefined || seen.has(value) || seen.size >= MAX_ERRORS || length > MAX_CHARACTERS) return;
		seen.add(value);
		const stack = readProperty(value, 'stack');
		const text = typeof stack === 'string' ? stack : label === '' ? '' : messageOf(value);
		if (text !== '') {
			texts.push(`${label}${text.slice(0, MAX_CHARACTERS + 1)}`);
			length += text.length;
		}
		const errors = readProperty(value, 'errors');
		if (Array.isArray(errors)) {
			for (let i = 0; i < Math.min(errors.length, MAX_ERRORS); i++) add(`Error ${i + 1}: `, errors[i]);
		}
		add('Caused by: ', readProperty(value, 'cause'));
	};
	add('', error);
	return texts.length === 0 ? undefined : cutAtBlank(texts.join('\n'), MAX_CHARACTERS);
}

/** Returns the class name, as the semantic conventions define `exception.type`; `error.type` may be a code instead. */
function exceptionType(error: unknown, type: string): string {
	const name = readProperty(readProperty(error, 'constructor'), 'name');
	return typeof name === 'string' && name !== '' ? name : type;
}

/**
 * Returns the message of an error, or the text of a thrown primitive. For an object without a message it is a fixed
 * sentence, because `String(error)` might run code that throws. Never throws.
 */
function messageOf(error: unknown): string {
	const message = readProperty(error, 'message');
	if (typeof message === 'string') return message;
	if (typeof error === 'object' && error !== null) return 'an object without a message';
	return String(error);
}
