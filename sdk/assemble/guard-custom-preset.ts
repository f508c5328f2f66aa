import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import { type CheckpointingSpanProcessor, ignoreSpanStart } from '../../presets/signals/processors.js';

/**
 * Returns the parts of a custom preset with its processors and its sampler wrapped, so that what they throw is logged
 * and goes no further. OpenTelemetry calls the processors of all presets one after another without a guard: an
 * exception of one would keep the span from the presets after it, and `startSpan` or `end` would throw it into the
 * library that created the span. If the sampler throws, the trace is kept.
 *
 * @param name - the preset's name, for messages
 */
export function guardParts(name: string, parts: PresetParts): PresetParts {
	const guard = (method: string, run: () => void): void => {
		try {
			run();
		} catch (error) {
			warnOnce(
				`own-preset/${name}/${method}`,
				`the preset "${name}" threw in ${method}(); the application and the other presets went on without it.`,
				error,
			);
		}
	};
	const { spanProcessors, logRecordProcessors, sampler } = parts;
	return {
		...parts,
		...(spanProcessors && { spanProcessors: spanProcessors.map((inner) => guardSpans(inner, guard)) }),
		...(sampler && { sampler: guardSampler(sampler, guard) }),
		...(logRecordProcessors && { logRecordProcessors: logRecordProcessors.map((inner) => guardLogs(inner, guard)) }),
	};
}

/** The source text of a method or function with nothing between its braces, as `onStart` of OpenTelemetry's processors. */
const EMPTY = /^(function\s*)?\w*\s*\([\w\s,$]*\)\s*\{\s*\}$/;

/**
 * Whether a function is known to do nothing when a span starts: the toolkit's own, or one whose body is empty. The processors
 * of OpenTelemetry have such a one, in each version of the SDK that an application may have.
 */
function isInert(onStart: unknown): boolean {
	if (onStart === ignoreSpanStart) return true;
	return typeof onStart === 'function' && EMPTY.test(Function.prototype.toString.call(onStart));
}

/**
 * Whether one of these processors may read spans before they end. False only if each one's `onStart` is known to do
 * nothing and it has no `onEnding`. Such processors need no redacted view of each span that starts, which took a third of
 * a recorded call.
 */
export function readsSpansEarly({ spanProcessors = [] }: PresetParts): boolean {
	return spanProcessors.some(({ onStart, onEnding }) => onEnding !== undefined || !isInert(onStart));
}

/** Runs a call of a preset's method. If it throws, that is logged under the method's name. */
type Guard = (method: string, run: () => void) => void;

/** Wraps a span processor. Rejections of `forceFlush` and `shutdown` are handled where these are called. */
function guardSpans(inner: CheckpointingSpanProcessor, guard: Guard): CheckpointingSpanProcessor {
	return {
		checkpoints: inner.checkpoints,
		onStart: (span, parentContext) => guard('onStart', () => inner.onStart(span, parentContext)),
		...(inner.onEnding && { onEnding: (span) => guard('onEnding', () => inner.onEnding?.(span)) }),
		onEnd: (span) => guard('onEnd', () => inner.onEnd(span)),
		forceFlush: async () => inner.forceFlush(),
		shutdown: async () => inner.shutdown(),
	};
}

/** Wraps a sampler. If it throws, the span is recorded and sampled. */
function guardSampler(inner: Sampler, guard: Guard): Sampler {
	return {
		shouldSample: (...parameters) => {
			let result: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
			guard('shouldSample', () => {
				result = inner.shouldSample(...parameters);
			});
			return result;
		},
		toString: () => inner.toString(),
	};
}

/** Wraps a log record processor. If its `enabled` throws, the record is processed. */
function guardLogs(inner: LogRecordProcessor, guard: Guard): LogRecordProcessor {
	return {
		enabled: (options) => {
			let enabled = true;
			guard('enabled', () => {
				enabled = inner.enabled?.(options) !== false;
			});
			return enabled;
		},
		onEmit: (record, context) => guard('onEmit', () => inner.onEmit(record, context)),
		forceFlush: async () => inner.forceFlush(),
		shutdown: async () => inner.shutdown(),
	};
}
