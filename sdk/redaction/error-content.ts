/** What tells of an error more than its type, by the semantic conventions. */
const TOLD = ['exception.message', 'exception.stacktrace', 'error.message'];

/** The attributes without messages and stacks of errors; the same object where there are none. */
export function withoutMessages<T extends object>(attributes: T): T {
	if (!TOLD.some((key) => key in attributes)) return attributes;
	return Object.fromEntries(Object.entries(attributes).filter(([key]) => !TOLD.includes(key))) as T;
}
