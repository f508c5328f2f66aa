/**
 * The entry `agentese-otel/presets`: starts telemetry, loads configs and imports recorded events.
 * Importing it loads neither the SDK nor zod; both are loaded when telemetry starts.
 *
 * @packageDocumentation
 */
export { ConfigurationError, type ConfigurationFault } from '../config/common/error.js';
export type { Routes } from '../config/common/layer.js';
export type { CustomPresetConfig } from '../config/define.js';
export { defineConfig } from '../config/define.js';
export type { Places } from '../config/load.js';
export { type LoadedConfig, loadConfig } from '../config/load.js';
export type { CaptureConfig, ConfigRule, EffectiveConfig, TelemetryConfig } from '../config/schema/config.js';
export type { AutoInstrumentation } from '../config/schema/instrumentations.js';
export type { TelemetryUpdate } from '../config/update.js';
export type { BackendStats } from '../delivery/backend-health.js';
export type { SignalCounts } from '../delivery/common/counts.js';
export type { EffectiveOptions } from '../delivery/common/settings.js';
export type { DeliveryOptions, DeliverySettings } from '../delivery/options.js';
export {
	type InvocationSpanProcessor,
	invocationSpanProcessor,
} from '../lib/signals/tracing/invocation-span-processor.js';
export type { TokenTotals } from '../lib/usage/accounting/process-totals.js';
export type { ConsoleOptions, ConsoleSettings } from '../presets/console/options.js';
export type {
	OtlpOptions,
	OtlpRequestOptions,
	OtlpSettings,
	OtlpSignalOptions,
	OtlpSignalSettings,
	OtlpTlsOptions,
} from '../presets/contract/otlp-options.js';
export type { PresetStats } from '../presets/contract/preset.js';
export type { Resource } from '../presets/contract/sdk-parts.js';
export type { JaegerOptions, JaegerSettings } from '../presets/jaeger/options.js';
export type { JsonOptions, JsonSettings } from '../presets/json/options.js';
export { prometheusHandler, type ScrapeRequest, type ScrapeResponse } from '../presets/prometheus/handler.js';
export type { PrometheusOptions, PrometheusSettings } from '../presets/prometheus/options.js';
export {
	type ImportFault,
	type ImportOptions,
	type ImportResult,
	importEvents,
	type RecordedEvent,
} from './import-events/import-events.js';
export type { TelemetryHealth } from './lifecycle/health.js';
export { type NodeSdkParts, nodeSdkConfiguration } from './lifecycle/node-sdk.js';
export { startTelemetry } from './lifecycle/start.js';
export type { Telemetry, TelemetryStats } from './lifecycle/telemetry.js';
