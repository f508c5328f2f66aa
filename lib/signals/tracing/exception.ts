import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { read } from '../../invocation/outcome.js';
import { writtenText } from '../../redaction/settings.js';
import { captureSettings, type ErrorContent } from '../capture/settings.js';

/**
 * Writes a failure: status ERROR with the message, and one event `exception`. The event is made here and not by
 * `span.recordException`, which takes `error.code` for the type and reads an error without guarding against it.
 *
 * @param asked - `type` leaves message and stack out; undefined is what the config says
 */
export function writeFailure(span: Span, error: unknown, type: string, asked?: ErrorContent): void {
	const kind = { 'exception.type': exceptionType(error, type) };
	if ((asked ?? captureSettings().errors) === 'type') {
		span.addEvent('exception', kind);
		span.setStatus({ code: SpanStatusCode.ERROR });
		return;
	}
	const message = writtenText('exception.message', messageOf(error));
	const stack = read(error, 'stack');
	span.addEvent('exception', {
		...kind,
		'exception.message': message,
		...(typeof stack === 'string' ? { 'exception.stacktrace': writtenText('exception.stacktrace', stack) } : undefined),
	});
	span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/** The class name, as the semantic conventions have it; `error.type` may be a code. */
function exceptionType(error: unknown, type: string): string {
	const name = read(read(error, 'constructor'), 'name');
	return typeof name === 'string' && name !== '' ? name : type;
}

/** An error's message; of what is no error its text, and of an object without either its kind. Never throws. */
export function messageOf(error: unknown): string {
	const message = read(error, 'message');
	if (typeof message === 'string') return message;
	if (typeof error === 'object' && error !== null) return 'an object without a message';
	return String(error);
}
