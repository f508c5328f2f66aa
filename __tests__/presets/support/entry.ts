export { logs, metrics, trace } from '@opentelemetry/api';
export { type EndOfProcess, whenProcessEnds } from '../../../presets/ending.js';
export { loadConfig, nodeSdkConfiguration, startTelemetry } from '../../../presets/index.js';
