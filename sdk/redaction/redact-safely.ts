import { REDACTED } from '../../lib/redaction/detectors/marker.js';
import { warnRedactionFailed } from '../../lib/redaction/settings.js';

/** Returns the redacted record; if `redact` throws, logs it once and replaces all values. Never throws. */
export function redactSafely<T extends object>(record: T, redact: (record: T) => T): T {
	try {
		return redact(record);
	} catch (error) {
		warnRedactionFailed(error);
		return redactAllValues(record);
	}
}

/** Returns a record with the same keys, in which the marker replaces every value. */
export function redactAllValues<T extends object>(record: T): T {
	return Object.fromEntries(Object.keys(record).map((key) => [key, REDACTED])) as T;
}
