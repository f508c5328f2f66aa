/**
 * The entry `agentese-otel/presets`: starts telemetry, loads configs and imports recorded events.
 * Importing it loads neither the SDK nor zod; both are loaded when telemetry starts.
 */
export { ConfigurationError, type ConfigurationFault } from '../config/common/error.js';
export type { CustomPresetConfig } from '../config/define.js';
export { defineConfig } from '../config/define.js';
export { type LoadedConfig, loadConfig } from '../config/load.js';
export type { ConfigRule, EffectiveConfig, TelemetryConfig } from '../config/schema/config.js';
export type { AutoInstrumentation } from '../config/schema/instrumentations.js';
export type { TelemetryUpdate } from '../config/update.js';
export type { BackendStats } from '../delivery/backend-health.js';
export type { SignalCounts } from '../delivery/common/counts.js';
export type { DeliveryOptions } from '../delivery/options.js';
export type { TokenTotals } from '../lib/usage/accounting/process-totals.js';
export type { ConsoleOptions } from '../presets/console/options.js';
export type { OtlpOptions } from '../presets/contract/otlp-options.js';
export type { JaegerOptions } from '../presets/jaeger/options.js';
export type { JsonOptions } from '../presets/json/options.js';
export { prometheusHandler } from '../presets/prometheus/handler.js';
export type { PrometheusOptions } from '../presets/prometheus/options.js';
export {
	type ImportFault,
	type ImportOptions,
	type ImportResult,
	importEvents,
	type RecordedEvent,
} from './import-events/import-events.js';
export type { TelemetryHealth } from './lifecycle/health.js';
export { nodeSdkConfiguration } from './lifecycle/node-sdk.js';
export { startTelemetry } from './lifecycle/start.js';
export type { Telemetry, TelemetryStats } from './lifecycle/telemetry.js';
export { invocationSpanProcessor } from './spans/invocation-span-processor.js';
