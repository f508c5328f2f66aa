export type { TokenTally } from '../lib/tokens/tally.js';
export type { EffectiveConfig, TelemetryConfig } from './config.js';
export { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
export { defineConfig } from './define.js';
export type { EndOfProcess } from './ending.js';
export {
	type ImportFault,
	type ImportOptions,
	type ImportResult,
	importEvents,
	type RecordedEvent,
} from './import-events.js';
export type { AutoInstrumentation } from './instrumentation/selection.js';
export { invocationSpanProcessor } from './invocation-span-processor.js';
export type { JsonOptions } from './json.js';
export { type LoadedConfig, loadConfig } from './load.js';
export { nodeSdkConfiguration } from './node-sdk.js';
export type { ConsoleOptions } from './options/console.js';
export type { JaegerOptions } from './options/jaeger.js';
export type { OtlpOptions } from './options/otlp.js';
export type { PrometheusOptions } from './options/prometheus.js';
export type { DeliveryAnswer, DeliveryRequest, OtlpBackend, OwnBackend } from './own-backend.js';
export type { OwnPresetConfig, PresetModule } from './own-preset-config.js';
export {
	type BackendStats,
	definePreset,
	type Preset,
	type PresetEnvironment,
	type PresetParts,
	type PresetStats,
	type SignalCounts,
} from './preset.js';
export { prometheusHandler } from './prometheus/handler.js';
export { startTelemetry } from './start.js';
export type { Telemetry, TelemetryStats } from './telemetry.js';
