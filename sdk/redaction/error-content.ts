import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE } from '../../lib/runtime/names.generated.js';

/** The attributes by which the semantic conventions describe an error, except for its type. */
const ERROR_CONTENT_KEYS = [ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_STACKTRACE, 'error.message'];

/** Returns the attributes without the messages and stacks of errors; the same object if there are none. */
export function withoutErrorMessages<T extends object>(attributes: T): T {
	if (!ERROR_CONTENT_KEYS.some((key) => key in attributes)) return attributes;
	return Object.fromEntries(Object.entries(attributes).filter(([key]) => !ERROR_CONTENT_KEYS.includes(key))) as T;
}
