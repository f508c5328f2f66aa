import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { warnOnce } from '../../lib/runtime/log-once.js';
import type { PresetParts } from '../../presets/contract/preset.js';
import type { CheckpointingSpanProcessor } from '../../presets/signals/processors.js';

/**
 * The parts of a preset of one's own, whose processors and sampler may throw: OpenTelemetry calls all processors one after another
 * unguarded, so that a fault of one would keep the span from the presets behind it, and be thrown by `startSpan` and
 * `end` into whatever library made the span. A trace that its sampler could not decide about is kept.
 */
export function guardParts(name: string, parts: PresetParts): PresetParts {
	const guard = (what: string, run: () => void): void => {
		try {
			run();
		} catch (error) {
			warnOnce(
				`own-preset/${name}/${what}`,
				`the preset "${name}" threw in ${what}(); the application and the other presets went on without it.`,
				error,
			);
		}
	};
	const { spanProcessors, logRecordProcessors, sampler } = parts;
	return {
		...parts,
		...(spanProcessors && { spanProcessors: spanProcessors.map((one) => spans(one, guard)) }),
		...(sampler && { sampler: sampling(sampler, guard) }),
		...(logRecordProcessors && { logRecordProcessors: logRecordProcessors.map((one) => logs(one, guard)) }),
	};
}

/** The source of a function that does nothing, as methods and arrow functions are written and bundlers write them. */
const NOTHING = /^(?:onStart)?\s*\([\w\s,]*\)\s*(?:=>\s*)?(?:\{\s*\}|undefined|void 0)$/;

/**
 * Whether one of these processors looks at spans before they end: not OpenTelemetry's own and those that `deliver` makes,
 * whose `onStart` does nothing and which have no `onEnding`. Those need no view of each span that starts, which was a third
 * of a recorded call.
 */
export function looksEarly({ spanProcessors = [] }: PresetParts): boolean {
	return spanProcessors.some(({ onStart, onEnding }) => onEnding !== undefined || !NOTHING.test(String(onStart)));
}

type Guard = (what: string, run: () => void) => void;

function spans(inner: CheckpointingSpanProcessor, guard: Guard): CheckpointingSpanProcessor {
	return {
		noting: inner.noting,
		onStart: (span, parentContext) => guard('onStart', () => inner.onStart(span, parentContext)),
		...(inner.onEnding && { onEnding: (span) => guard('onEnding', () => inner.onEnding?.(span)) }),
		onEnd: (span) => guard('onEnd', () => inner.onEnd(span)),
		forceFlush: async () => inner.forceFlush(),
		shutdown: async () => inner.shutdown(),
	};
}

function sampling(inner: Sampler, guard: Guard): Sampler {
	return {
		shouldSample: (...asked) => {
			let answer: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };
			guard('shouldSample', () => {
				answer = inner.shouldSample(...asked);
			});
			return answer;
		},
		toString: () => inner.toString(),
	};
}

function logs(inner: LogRecordProcessor, guard: Guard): LogRecordProcessor {
	return {
		enabled: (options) => {
			let answer = true;
			guard('enabled', () => {
				answer = inner.enabled?.(options) !== false;
			});
			return answer;
		},
		onEmit: (record, context) => guard('onEmit', () => inner.onEmit(record, context)),
		forceFlush: async () => inner.forceFlush(),
		shutdown: async () => inner.shutdown(),
	};
}
