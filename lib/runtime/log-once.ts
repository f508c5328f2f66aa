import { diag } from '@opentelemetry/api';
import { processState } from './process-state.js';

/** How often each distinct message was due; only the first one is said. */
const said = processState('runtime/log-once', () => new Map<string, number>());

/** More distinct messages than this are counted under one key: a message must not become a leak. */
const MAX_DISTINCT = 500;

/**
 * Says a problem of the toolkit once through OpenTelemetry's `diag` logger, and counts it from then on.
 * Never throws: telemetry does not fail the application.
 *
 * @param key - what makes two occurrences the same problem
 * @param message - one sentence: the thing, the rule, what it got, the way out
 * @param cause - an error whose message is appended after "Reason:"
 */
export function warnOnce(key: string, message: string, cause?: unknown): void {
	try {
		const name = said.size < MAX_DISTINCT || said.has(key) ? key : '_OTHER';
		const times = said.get(name) ?? 0;
		said.set(name, times + 1);
		if (times === 0) diag.warn(`agentese-otel: ${message}${reason(cause)}`);
	} catch {
		// A diag logger that throws must not reach the application.
	}
}

/** How often each problem occurred, by key: what `stats()` answers. */
export function problems(): ReadonlyMap<string, number> {
	return said;
}

function reason(cause: unknown): string {
	if (cause === undefined) return '';
	try {
		return ` Reason: ${cause instanceof Error ? cause.message : String(cause)}`;
	} catch {
		return ' Reason: an error that cannot be read.';
	}
}
