import type { Resource } from '@opentelemetry/resources';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { EffectiveConfig } from '../../config/schema/config.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { createRecordRedactor, RedactingLogRecordProcessor } from './log-processor.js';
import { redactMetricReader } from './metric-reader.js';
import { privacyOf } from './privacy.js';
import type { RedactionPolicy } from './redact-span.js';
import { createResourceRedactor } from './resource.js';
import { createSpanRedactor, RedactingSpanProcessor } from './span-processor.js';

/** The parts of all presets, as they are passed to the SDK: each receives redacted telemetry only. */
interface RedactedParts {
	/** One for each span processor of a preset. */
	readonly spanProcessors: SpanProcessor[];
	/** The presets' own readers, changed so that they collect redacted metrics. */
	readonly metricReaders: IMetricReader[];
	/** One for each log record processor of a preset. */
	readonly logRecordProcessors: LogRecordProcessor[];
	/** The redacted resource of the SDK. */
	readonly resource: Resource;
}

/**
 * Wraps the parts of all presets so that none of them receives a secret: telemetry is redacted before it is queued,
 * written or shown. Returns the parts themselves if the config neither redacts nor leaves out the content of errors.
 *
 * @param resource - the resource of the SDK
 * @param early - the parts that read spans before these end, and therefore need a redacted view of open spans
 */
export function redactPresetParts(
	parts: readonly PresetParts[],
	config: EffectiveConfig,
	resource: Resource,
	early: ReadonlySet<PresetParts>,
): RedactedParts {
	const { redactor, content } = privacyOf(config);
	// A preset's reader is one of some version of the SDK, and has the members that its public type leaves out.
	const metricReaders = parts.flatMap((part) => part.metricReaders ?? []) as IMetricReader[];
	const logRecordProcessors = parts.flatMap((part) => part.logRecordProcessors ?? []);
	if (redactor === undefined && content.errors === 'full') {
		const spanProcessors = parts.flatMap((part) => part.spanProcessors ?? []);
		return { spanProcessors, metricReaders, logRecordProcessors, resource };
	}
	// With `errors: 'type'` spans and log records are wrapped even if redaction is off.
	const redactResource = redactor === undefined ? (same: Resource) => same : createResourceRedactor(redactor);
	const policy: RedactionPolicy = { redactor, errors: content.errors, redactResource };
	// All presets share one redactor of spans and one of log records, so that each record is redacted once.
	const [redactSpan, redactRecord] = [createSpanRedactor(policy), createRecordRedactor(policy)];
	return {
		spanProcessors: parts.flatMap((part) =>
			(part.spanProcessors ?? []).map(
				(processor) => new RedactingSpanProcessor(processor, redactSpan, policy, early.has(part)),
			),
		),
		metricReaders:
			redactor === undefined
				? metricReaders
				: metricReaders.map((reader) => redactMetricReader(reader, { redactor, redactResource })),
		logRecordProcessors: logRecordProcessors.map(
			(processor) => new RedactingLogRecordProcessor(processor, redactRecord),
		),
		resource: redactResource(resource),
	};
}
