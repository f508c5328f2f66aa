import { trace } from '@opentelemetry/api';
import { SCOPE, SCOPE_OPTIONS, VERSION } from '../../lib/runtime/version.js';
import { overrideTracer } from '../../lib/signals/tracing/tracer.js';
import { FastTracer } from './fast-tracer.js';
import { sdkInternalsOf } from './sdk-internals.js';

/**
 * Replaces the SDK's tracer by a `FastTracer` for the spans of the toolkit's invocations, while the tracer provider
 * that is registered now stays registered. All other spans stay the SDK's. If the SDK's tracer has not all the private
 * fields that `sdkInternalsOf` reads, nothing is replaced.
 *
 * @returns a function that restores the SDK's tracer
 */
export function installFastSpans(): () => void {
	const sdkTracer = trace.getTracerProvider().getTracer(SCOPE, VERSION, SCOPE_OPTIONS);
	const internals = sdkInternalsOf(sdkTracer);
	if (internals === undefined) return () => undefined;
	const fastTracer = new FastTracer(internals);
	// Another provider has another tracer, which is not replaced.
	return overrideTracer((tracer) => (tracer === sdkTracer ? fastTracer : tracer));
}
