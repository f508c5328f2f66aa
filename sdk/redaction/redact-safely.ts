import { REDACTED } from '../../lib/redaction/detectors/marker.js';
import type { Redactor } from '../../lib/redaction/redactor.js';
import { warnRedactionFailed } from '../../lib/redaction/settings.js';

/** Returns the redacted record; if redaction throws, logs it once and replaces all values. Never throws. */
export function redactSafely<T extends object>(record: T, redactor: Redactor): T {
	try {
		return redactor.record(record);
	} catch (error) {
		warnRedactionFailed(error);
		return redactAllValues(record, redactor);
	}
}

/**
 * Returns a record in which the marker replaces every value, and the keys are redacted. Returns an empty record if its
 * keys cannot be read. Never throws.
 */
export function redactAllValues<T extends object>(record: T, redactor: Redactor): T {
	try {
		return Object.fromEntries(Object.keys(record).map((key) => [redactor.key(key), REDACTED])) as T;
	} catch {
		return {} as T;
	}
}
