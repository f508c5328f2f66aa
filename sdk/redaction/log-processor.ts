import type { Context } from '@opentelemetry/api';
import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { REDACTED } from '../../lib/redaction/marker.js';
import { warnHidden } from '../../lib/redaction/settings.js';
import { withoutMessages } from './error-content.js';
import { hidden } from './redact-or-hide.js';
import { type SpanRules, scopeOf } from './redact-span.js';

type Emitted = Parameters<LogRecordProcessor['onEmit']>[0];
type Parts = Pick<
	ReadableLogRecord,
	'body' | 'attributes' | 'resource' | 'instrumentationScope' | 'eventName' | 'severityText'
>;

/** Looks at each record once; what one preset's processor sets on it the next one sees. */
export function recordLook(rules: SpanRules): (record: Emitted) => Emitted {
	let last: Emitted | undefined;
	let seen: Emitted | undefined;
	return (record) => {
		if (seen === undefined || last !== record) {
			seen = redactedRecord(record, rules);
			last = record;
		}
		return seen;
	};
}

/** Stands before a preset's log record processor, which gets each record without its secrets. */
export class RedactingLogRecordProcessor implements LogRecordProcessor {
	readonly #inner: LogRecordProcessor;
	readonly #look: (record: Emitted) => Emitted;

	constructor(inner: LogRecordProcessor, look: (record: Emitted) => Emitted) {
		this.#inner = inner;
		this.#look = look;
	}

	onEmit(record: Emitted, context?: Context): void {
		this.#inner.onEmit(this.#look(record), context);
	}

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

/** The record as presets see it: the same object where there is nothing to hide, else a copy that may be written to. */
function redactedRecord(record: Emitted, rules: SpanRules): Emitted {
	const parts = partsOf(record, rules);
	const changed = (Object.keys(parts) as (keyof Parts)[]).filter((key) => parts[key] !== record[key]);
	if (changed.length === 0) return record;
	// What a processor sets on the copy is set on the copy: the members of a record are looked up on what they are called on.
	return Object.create(
		record,
		Object.fromEntries(changed.map((key) => [key, { value: parts[key], writable: true, enumerable: true }])),
	);
}

function partsOf(record: Emitted, { redactor, errors, resourceOf }: SpanRules): Partial<Parts> {
	const attributes = errors === 'type' ? withoutMessages(record.attributes) : record.attributes;
	const resource = resourceOf(record.resource);
	if (redactor === undefined) return { attributes, resource };
	const { body, eventName, severityText } = record;
	try {
		return {
			attributes: redactor.record(attributes),
			resource,
			instrumentationScope: scopeOf(record.instrumentationScope, redactor),
			...(body !== undefined && { body: redactor.value('body', body) as NonNullable<typeof body> }),
			...(eventName !== undefined && { eventName: redactor.named('event.name', eventName) }),
			...(severityText !== undefined && { severityText: redactor.named('severity', severityText) }),
		};
	} catch (error) {
		warnHidden(error);
		return {
			attributes: hidden(attributes),
			resource,
			...(body !== undefined && { body: REDACTED }),
			...(eventName !== undefined && { eventName: REDACTED }),
		};
	}
}
