import { trace } from '@opentelemetry/api';
import { SCOPE, VERSION } from '../../lib/runtime/version.js';
import { overrideTracer } from '../../lib/signals/tracing/tracer-override.js';
import { FastTracer } from './fast-tracer.js';
import { sdkInternalsOf } from './sdk-internals.js';

/**
 * Lets the spans of the toolkit's own invocations be `OwnSpan`s, for as long as the provider is registered that is so
 * now. All other spans stay the SDK's, and with an SDK whose tracer is made of other parts these do too.
 *
 * @returns takes it back
 */
export function installFastSpans(): () => void {
	const sdks = trace.getTracer(SCOPE, VERSION);
	const parts = sdkInternalsOf(sdks);
	if (parts === undefined) return () => undefined;
	const own = new FastTracer(parts);
	return overrideTracer((tracer) => (tracer === sdks ? own : tracer));
}
