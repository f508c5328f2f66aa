import type { Context } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { REDACTED } from '../../lib/redaction/detectors/marker.js';
import { warnRedactionFailed } from '../../lib/redaction/settings.js';
import { withoutErrorMessages } from './error-content.js';
import { redactAllValues } from './redact-safely.js';
import { type RedactionPolicy, redactScope } from './redact-span.js';

/** A log record as the SDK passes it to processors, which may set its members. */
type EmittedRecord = Parameters<LogRecordProcessor['onEmit']>[0];

/** The parts of a log record that may contain a secret. */
type RecordParts = Pick<
	ReadableLogRecord,
	'body' | 'attributes' | 'resource' | 'instrumentationScope' | 'eventName' | 'severityText'
>;

/**
 * Creates a function that redacts log records. It returns the same result for one record passed to it several times in
 * succession, so that the processors of all presets share one redacted record, and with it what they set on it.
 */
export function createRecordRedactor(policy: RedactionPolicy): (record: EmittedRecord) => EmittedRecord {
	let last: EmittedRecord | undefined;
	let redacted: EmittedRecord | undefined;
	return (record) => {
		if (redacted === undefined || last !== record) {
			redacted = redactRecord(record, policy);
			last = record;
		}
		return redacted;
	};
}

/** Passes each log record to a preset's processor, redacted. */
export class RedactingLogRecordProcessor implements LogRecordProcessor {
	/** The preset's processor. */
	readonly #inner: LogRecordProcessor;
	readonly #redact: (record: EmittedRecord) => EmittedRecord;

	/** @param redact - what `createRecordRedactor` created, shared by the processors of all presets */
	constructor(inner: LogRecordProcessor, redact: (record: EmittedRecord) => EmittedRecord) {
		this.#inner = inner;
		this.#redact = redact;
	}

	/** Passes the redacted record on. */
	onEmit(record: EmittedRecord, context?: Context): void {
		this.#inner.onEmit(this.#redact(record), context);
	}

	/** Returns false if the preset's processor does not want such records. */
	enabled(options: Parameters<NonNullable<LogRecordProcessor['enabled']>>[0]): boolean {
		return this.#inner.enabled?.(options) !== false;
	}

	async forceFlush(): Promise<void> {
		await this.#inner.forceFlush();
	}

	async shutdown(): Promise<void> {
		await this.#inner.shutdown();
	}
}

/** Returns the redacted record: the same object if there is nothing to redact, else a copy that can be written to. */
function redactRecord(record: EmittedRecord, policy: RedactionPolicy): EmittedRecord {
	const parts = redactParts(record, policy);
	const changed = (Object.keys(parts) as (keyof RecordParts)[]).filter((key) => parts[key] !== record[key]);
	if (changed.length === 0) return record;
	// The copy inherits from the record: unchanged members are those of the record, and a setter that is called on the
	// copy writes to the copy.
	return Object.create(
		record,
		Object.fromEntries(changed.map((key) => [key, { value: parts[key], writable: true, enumerable: true }])),
	);
}

/** Returns the redacted parts; if redaction throws, with all texts and values replaced. Never throws. */
function redactParts(
	record: EmittedRecord,
	{ redactor, errors, redactResource }: RedactionPolicy,
): Partial<RecordParts> {
	const attributes = errors === 'type' ? withoutErrorMessages(record.attributes) : record.attributes;
	const resource = redactResource(record.resource);
	// Without a redactor only the content of errors is left out.
	if (redactor === undefined) return { attributes, resource };
	const { body, eventName, severityText } = record;
	try {
		return {
			attributes: redactor.record(attributes),
			resource,
			instrumentationScope: redactScope(record.instrumentationScope, redactor),
			...(body !== undefined && { body: redactor.value('body', body) as NonNullable<typeof body> }),
			...(eventName !== undefined && { eventName: redactor.namedText('event.name', eventName) }),
			...(severityText !== undefined && { severityText: redactor.namedText('severity', severityText) }),
		};
	} catch (error) {
		// What the custom function has not checked may be a secret.
		warnRedactionFailed(error);
		return {
			attributes: redactAllValues(attributes, redactor),
			resource,
			instrumentationScope: redactScope(record.instrumentationScope, redactor),
			...(body !== undefined && { body: REDACTED }),
			...(eventName !== undefined && { eventName: REDACTED }),
			...(severityText !== undefined && { severityText: REDACTED }),
		};
	}
}
