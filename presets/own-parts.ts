import type { LogRecordProcessor } from '@opentelemetry/sdk-logs';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import { sayOnce } from '../lib/runtime/say.js';
import type { PresetParts } from './preset.js';

/**
 * The parts of a preset of one's own, whose processors may throw: OpenTelemetry calls all processors one after another
 * unguarded, so that a fault of one would keep the span from the presets behind it, and be thrown by `startSpan` and
 * `end` into whatever library made the span.
 */
export function ownParts(name: string, parts: PresetParts): PresetParts {
	const guard = (what: string, run: () => void): void => {
		try {
			run();
		} catch (error) {
			sayOnce(
				`own-preset/${name}/${what}`,
				`the preset "${name}" threw in ${what}(); the application and the other presets went on without it.`,
				error,
			);
		}
	};
	const { spanProcessors, logRecordProcessors } = parts;
	return {
		...parts,
		...(spanProcessors && { spanProcessors: spanProcessors.map((one) => spans(one, guard)) }),
		...(logRecordProcessors && { logRecordProcessors: logRecordProcessors.map((one) => logs(one, guard)) }),
	};
}

type Guard = (what: string, run: () => void) => void;

function spans(inner: SpanProcessor, guard: Guard): SpanProcessor {
	return {
		onStart: (span, parentContext) => guard('onStart', () => inner.onStart(span, parentContext)),
		...(inner.onEnding && { onEnding: (span) => guard('onEnding', () => inner.onEnding?.(span)) }),
		onEnd: (span) => guard('onEnd', () => inner.onEnd(span)),
		forceFlush: async () => inner.forceFlush(),
		shutdown: async () => inner.shutdown(),
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
