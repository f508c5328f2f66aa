import { REDACTED } from '../../lib/redaction/marker.js';
import { warnHidden } from '../../lib/redaction/settings.js';

/** The record without its secrets; where what hides them throws, with none of its values. */
export function redactOrHide<T extends object>(record: T, redact: (record: T) => T): T {
	try {
		return redact(record);
	} catch (error) {
		warnHidden(error);
		return hidden(record);
	}
}

/** The same keys, all values hidden. */
export function hidden<T extends object>(record: T): T {
	return Object.fromEntries(Object.keys(record).map((key) => [key, REDACTED])) as T;
}
