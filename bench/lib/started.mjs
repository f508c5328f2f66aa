// The end of every script of starts/ and of the peers' start.mjs: checks that telemetry runs, prints the figures,
// exits.

/**
 * Prints the time since the process began, in ms, and its largest resident set, in MB, and exits.
 *
 * @param problem - what is wrong with the start; undefined if telemetry runs
 */
export function started(problem) {
	const { maxRSS } = process.resourceUsage();
	const line = JSON.stringify({ ready: performance.now(), rss: maxRSS / 1024, problem });
	process.stdout.write(`${line}\n`, () => process.exit(0));
}

/**
 * Returns the registered tracer provider. It is read from the API's global registry, because an import of the API here
 * would load another copy of it, fifty files that no application loads.
 */
export function registered() {
	return globalThis[Symbol.for('opentelemetry.js.api.1')]?.trace ?? { getTracer: () => ({ startSpan: nothing }) };
}

/** Starts a span that is not recorded. */
const nothing = () => ({ isRecording: () => false, end: () => undefined });

/** Returns undefined if a span of the tracer provider is recorded, else a problem for `started`. */
export function records(trace) {
	const span = trace.getTracer('bench').startSpan('probe');
	const recording = span.isRecording();
	span.end();
	return recording ? undefined : 'no span is recorded';
}
