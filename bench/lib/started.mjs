// What every script of starts/ ends with: it tells how far it got, and ends the process.

/** @param problem - what is wrong with the start; undefined where telemetry runs */
export function started(problem) {
	const { maxRSS } = process.resourceUsage();
	const line = JSON.stringify({ ready: performance.now(), rss: maxRSS / 1024, problem });
	process.stdout.write(`${line}\n`, () => process.exit(0));
}

/**
 * What is registered for traces. Read from the registry itself: to import the API from here would load one more copy of
 * it, fifty files that no application loads.
 */
export function registered() {
	return globalThis[Symbol.for('opentelemetry.js.api.1')]?.trace ?? { getTracer: () => ({ startSpan: nothing }) };
}

const nothing = () => ({ isRecording: () => false, end: () => undefined });

/** Whether what was registered with OpenTelemetry's API (this copy of it, or the toolkit's) records. */
export function records(trace) {
	const span = trace.getTracer('bench').startSpan('probe');
	const recording = span.isRecording();
	span.end();
	return recording ? undefined : 'no span is recorded';
}
