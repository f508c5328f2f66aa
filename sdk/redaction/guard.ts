import type { Resource } from '@opentelemetry/resources';
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { IMetricReader } from '@opentelemetry/sdk-metrics';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { EffectiveConfig } from '../../config/schema/config.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { RedactingLogRecordProcessor, recordLook } from './log-processor.js';
import { redactReader } from './metric-reader.js';
import { privacyOf } from './privacy.js';
import type { SpanRules } from './redact-span.js';
import { resourceRedactor } from './resource.js';
import { RedactingSpanProcessor, spanLook } from './span-processor.js';

/** What an SDK is given in place of the parts of all presets. */
export interface Guarded {
	readonly spanProcessors: SpanProcessor[];
	readonly metricReaders: IMetricReader[];
	readonly logRecordProcessors: LogRecordProcessor[];
	readonly resource: Resource;
}

/**
 * Puts what hides secrets before all presets, so that none sees one: before anything is queued, written or shown.
 *
 * @param early - the parts that look at spans before these end
 */
export function guarded(
	parts: readonly PresetParts[],
	config: EffectiveConfig,
	resource: Resource,
	early: ReadonlySet<PresetParts>,
): Guarded {
	const { redactor, content } = privacyOf(config);
	const metricReaders = parts.flatMap((part) => part.metricReaders ?? []);
	const loggers = parts.flatMap((part) => part.logRecordProcessors ?? []);
	if (redactor === undefined && content.errors === 'full') {
		const spanProcessors = parts.flatMap((part) => part.spanProcessors ?? []);
		return { spanProcessors, metricReaders, logRecordProcessors: loggers, resource };
	}
	const resourceOf = redactor === undefined ? (one: Resource) => one : resourceRedactor(redactor);
	const rules: SpanRules = { redactor, errors: content.errors, resourceOf };
	const [look, lookAtRecord] = [spanLook(rules), recordLook(rules)];
	return {
		spanProcessors: parts.flatMap((part) =>
			(part.spanProcessors ?? []).map((one) => new RedactingSpanProcessor(one, look, rules, early.has(part))),
		),
		metricReaders:
			redactor === undefined ? metricReaders : metricReaders.map((one) => redactReader(one, { redactor, resourceOf })),
		logRecordProcessors: loggers.map((one) => new RedactingLogRecordProcessor(one, lookAtRecord)),
		resource: resourceOf(resource),
	};
}
