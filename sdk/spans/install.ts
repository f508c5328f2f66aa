import { trace } from '@opentelemetry/api';
import { SCOPE, VERSION } from '../../lib/runtime/version.js';
import { standIn } from '../../lib/signals/tracing/tracer-override.js';
import { OwnTracer } from './fast-tracer.js';
import { partsOf } from './sdk-internals.js';

/**
 * Lets the spans of the toolkit's own invocations be `OwnSpan`s, for as long as the provider is registered that is so
 * now. All other spans stay the SDK's, and with an SDK whose tracer is made of other parts these do too.
 *
 * @returns takes it back
 */
export function startOwnSpans(): () => void {
	const sdks = trace.getTracer(SCOPE, VERSION);
	const parts = partsOf(sdks);
	if (parts === undefined) return () => undefined;
	const own = new OwnTracer(parts);
	return standIn((tracer) => (tracer === sdks ? own : tracer));
}
