export { context, diag, logs, metrics, trace } from '@opentelemetry/api';
export {
	metered,
	observerFromBaggage,
	observerFromHeaders,
	Resolver,
	Traced,
	traced,
	traceInvocation,
} from '../../../index.js';
export { type EndOfProcess, whenProcessEnds, whileProcessEnds } from '../../../presets/ending.js';
export { loadConfig, nodeSdkConfiguration, startTelemetry } from '../../../presets/index.js';
export { assemble } from '../../../presets/sdk.js';
export { leanSdk } from '../../../presets/starting/lean.js';
