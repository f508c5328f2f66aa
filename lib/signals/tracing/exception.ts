import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { redactTextAtWrite } from '../../redaction/settings.js';
import {
	ATTR_EXCEPTION_MESSAGE,
	ATTR_EXCEPTION_STACKTRACE,
	ATTR_EXCEPTION_TYPE,
} from '../../runtime/names.generated.js';
import { readProperty } from '../../runtime/read-property.js';
import { captureSettings, type ErrorContent } from '../capture/settings.js';

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
	const stack = readProperty(error, 'stack');
	span.addEvent('exception', {
		...typeAttributes,
		[ATTR_EXCEPTION_MESSAGE]: redactedMessage(error),
		...(typeof stack === 'string'
			? { [ATTR_EXCEPTION_STACKTRACE]: redactTextAtWrite(ATTR_EXCEPTION_STACKTRACE, stack) }
			: undefined),
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
	return redactTextAtWrite(ATTR_EXCEPTION_MESSAGE, messageOf(error));
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
