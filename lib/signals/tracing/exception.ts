import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { readProperty } from '../../invocation/outcome.js';
import { redactTextAtWrite } from '../../redaction/settings.js';
import { captureSettings, type ErrorContent } from '../capture/settings.js';

/**
 * Records a failure on a span: status ERROR with the message, and one event `exception`. It does not call
 * `span.recordException`, because that uses `error.code` as the type, and reads properties of the error that may throw.
 *
 * @param type - the `error.type` of the outcome
 * @param option - `type` leaves message and stack out; undefined: the setting of the configuration
 */
export function writeFailure(span: Span, error: unknown, type: string, option?: ErrorContent): void {
	const typeAttributes = { 'exception.type': exceptionType(error, type) };
	if ((option ?? captureSettings().errors) === 'type') {
		span.addEvent('exception', typeAttributes);
		span.setStatus({ code: SpanStatusCode.ERROR });
		return;
	}
	const message = redactTextAtWrite('exception.message', messageOf(error));
	const stack = readProperty(error, 'stack');
	span.addEvent('exception', {
		...typeAttributes,
		'exception.message': message,
		...(typeof stack === 'string'
			? { 'exception.stacktrace': redactTextAtWrite('exception.stacktrace', stack) }
			: undefined),
	});
	span.setStatus({ code: SpanStatusCode.ERROR, message });
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
