export { context, diag, logs, metrics, trace } from '@opentelemetry/api';
export type { EndOfProcess } from '../../delivery/common/process-end.js';
export {
	metered,
	observerFromBaggage,
	observerFromHeaders,
	Resolver,
	Traced,
	traced,
	traceInvocation,
} from '../../index.js';
export { assemble } from '../../sdk/assemble/assemble.js';
export { loadConfig, nodeSdkConfiguration, startTelemetry } from '../../sdk/index.js';
export { whenProcessEnds, whileProcessEnds } from '../../sdk/process-end/process-end.js';
export { minimalSdk } from '../../sdk/providers/minimal-sdk.js';
